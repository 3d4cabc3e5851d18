/* A button that has rejects mapped once more: it says that it works, then what came of it. */
(() => {
  "use strict";

  const BUTTON = "[data-retry]", TOAST = "toast", SHOWN_MS = 12000;

  function tell(text) {
    window.dash_clientside.set_props(TOAST, {children: text});
    setTimeout(() => window.dash_clientside.set_props(TOAST, {children: ""}), SHOWN_MS);
  }

  async function retry(button) {
    const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en", name = button.textContent;
    button.disabled = true;
    button.textContent = button.dataset.busy;
    try {
      const answer = await fetch(`${button.dataset.retry}?lang=${language}`, {method: "POST"});
      tell((await answer.json()).text);
    } catch (error) {
      tell(String(error.message || error));
    } finally {
      button.disabled = false;
      button.textContent = name;
    }
  }

  document.addEventListener("click", event => {
    const button = event.target.closest?.(BUTTON);
    if (button && !button.disabled) retry(button);
  });
})();
