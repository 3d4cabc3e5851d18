/* What is new in the attention band announces itself once: its number stands inverted for ten seconds. What was there
   when the region was opened is not new. */
(() => {
  "use strict";

  const BAND = "attention", ITEM = "[data-item]", MARK = "is-new", NEW_MS = 10000;
  const shared = window.tonglan = window.tonglan || {};

  let place = null;            // the address whose items are known
  let known = new Map();       // item → until when it is new

  function look() {
    const items = [...document.getElementById(BAND).querySelectorAll(ITEM)];
    const opened = shared.drawn !== place;
    const now = performance.now();
    place = shared.drawn;
    known = new Map(items.map(({dataset: {item}}) => [item, known.get(item) ?? (opened ? 0 : now + NEW_MS)]));
    items.forEach(item => item.classList.toggle(MARK, known.get(item.dataset.item) > now));
    const next = Math.min(...[...known.values()].filter(until => until > now));
    if (next < Infinity) setTimeout(look, next - now + 20);
  }

  (function boot() {
    const band = document.getElementById(BAND);
    if (!band) return void setTimeout(boot, 200);
    new MutationObserver(look).observe(band, {childList: true, subtree: true, attributeFilter: ["data-item"]});
  })();
})();
