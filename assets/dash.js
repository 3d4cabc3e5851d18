/* Dash's own scripts come when the first picture is painted: what people do needs them, what is shown does not.
   The document holds them in a template, in which nothing runs. */
(() => {
  "use strict";

  const LATEST_MS = 2000;      // where no picture comes, there is a click to be answered nevertheless
  const shared = window.tonglan = window.tonglan || {};
  let begun = false;

  function copy(old) {
    const script = document.createElement("script");
    for (const {name, value} of old.attributes) script.setAttribute(name, value);
    script.textContent = old.textContent;
    script.async = false;      // in their order
    return script;
  }

  /* A script that the line cut off is asked for again, and those after it with it: they need it. */
  function run(scripts) {
    const [first, ...rest] = scripts;
    if (!first) return;
    const script = copy(first);
    if (!script.src) {
      document.body.append(script);
      return run(rest);
    }
    script.addEventListener("load", () => run(rest));
    script.addEventListener("error", () => { script.remove(); setTimeout(run, LATEST_MS, scripts); });
    document.body.append(script);
  }

  function start() {
    if (begun) return;
    begun = true;
    run([...document.getElementById("dash").content.querySelectorAll("script")]);
  }

  /* After the frame that shows what was just drawn. */
  shared.begin = () => requestAnimationFrame(() => setTimeout(start));
  setTimeout(start, LATEST_MS);
})();
