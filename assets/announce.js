/* What is new in the attention band announces itself once: its number stands inverted for ten seconds, and it is read out
   to whoever listens. What was there when the region was opened is not new; then the region is read out. */
(() => {
  "use strict";

  const BAND = "attention", ITEM = "[data-item]", MARK = "is-new", NEW_MS = 10000;
  const NEWS = "news", ROOT = "wall";
  const shared = window.tonglan = window.tonglan || {};

  let place = null;            // the address whose items are known
  let known = new Map();       // item → until when it is new

  function look() {
    const items = [...document.getElementById(BAND).querySelectorAll(ITEM)]
      .filter(item => getComputedStyle(item).display !== "none");   // some are shown on a very wide wall alone
    const opened = shared.drawn !== place;
    const now = performance.now();
    if (!opened) say(items.filter(item => !known.has(item.dataset.item)).map(item => item.innerText.replace(/\s+/g, " ")).join(". "));
    else if (place !== null) say(document.getElementById(ROOT).dataset.title);
    place = shared.drawn;
    known = new Map(items.map(({dataset: {item}}) => [item, known.get(item) ?? (opened ? 0 : now + NEW_MS)]));
    items.forEach(item => item.classList.toggle(MARK, known.get(item.dataset.item) > now));
    const next = Math.min(...[...known.values()].filter(until => until > now));
    if (next < Infinity) setTimeout(look, next - now + 20);
  }

  function say(text) {
    if (text) document.getElementById(NEWS).textContent = text;
  }

  (function boot() {
    const band = document.getElementById(BAND);
    if (!band) return void setTimeout(boot, 200);
    new MutationObserver(look).observe(band, {childList: true, subtree: true, attributeFilter: ["data-item"]});
    if (shared.drawn) look();   // a quick server has painted it already: what stands there is not new
  })();
})();
