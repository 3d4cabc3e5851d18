/* Light or dark: as this screen was told, else as the viewer's system prefers; a wall is dark unless told otherwise.
   Runs in the page's head, so that nothing is ever painted in the wrong colours. */
(() => {
  "use strict";

  const THEMES = ["light", "dark"];
  const KEY = "tonglan.theme", SWITCH = "[data-theme-switch]", CHANGED = "tonglan:theme";
  const page = document.documentElement;
  const shared = window.tonglan = window.tonglan || {};
  const light = matchMedia("(prefers-color-scheme: light)");

  const known = theme => THEMES.includes(theme) ? theme : null;
  const query = name => new URLSearchParams(location.search).get(name);
  const preferred = () => query("wall") ? "dark" : light.matches ? "light" : "dark";

  /* What an address says holds for its tab; what the switch says, for this browser. Storage may be shut. */
  function recall(storage) {
    try { return known(window[storage].getItem(KEY)); } catch { return null; }
  }

  function remember(storage, theme) {
    try { theme ? window[storage].setItem(KEY, theme) : window[storage].removeItem(KEY); } catch { /* then it is not kept */ }
  }

  let colours = new Map();     // tokens as they are now

  function settle() {
    const said = known(query("theme"));
    if (said && !query("wall")) remember("sessionStorage", said);
    const theme = said || recall("sessionStorage") || recall("localStorage") || preferred();
    if (page.dataset.theme === theme) return;
    page.dataset.theme = theme;
    colours = new Map();
    window.dispatchEvent(new CustomEvent(CHANGED));
  }

  /* To choose what would hold anyway is to let it be chosen. What the address says holds until then. */
  function choose(theme) {
    const address = new URL(location.href);
    address.searchParams.delete("theme");
    history.replaceState(history.state, "", address);
    remember("sessionStorage", null);
    remember("localStorage", theme === preferred() ? null : theme);
    settle();
  }

  function pressed(event) {
    if (event.target.closest?.(SWITCH)) choose(page.dataset.theme === "light" ? "dark" : "light");
  }

  /* A colour's token as the theme has it, for what is drawn without a style sheet. */
  function colour(name) {
    if (!colours.has(name)) colours.set(name, resolved(name));
    return colours.get(name);
  }

  function resolved(name) {
    const probe = document.body.appendChild(document.createElement("i"));
    probe.style.forcedColorAdjust = "none";     // else the reader's own colour, one and the same for all
    probe.style.color = `var(${name})`;
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  /* Another theme for a while, as paper is light; null: the one that holds. */
  function wear(theme) {
    page.dataset.theme = theme || "";
    colours = new Map();
    if (theme) window.dispatchEvent(new CustomEvent(CHANGED));
    else settle();
  }

  Object.assign(shared, {colour, wear});
  light.addEventListener("change", settle);
  document.addEventListener("click", pressed);
  window.addEventListener("popstate", settle);
  window.addEventListener("_dashprivate_pushstate", settle);
  settle();
})();
