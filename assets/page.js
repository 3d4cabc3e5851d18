/* Tells the document whether it shows the wall or a page, so that sizes follow; another page begins at its top. */
(() => {
  "use strict";

  const ROOT = "wall";

  function turn(changes) {
    const face = document.getElementById(ROOT), page = Boolean(face.dataset.page);
    document.documentElement.dataset.surface = page ? "page" : "wall";
    if (page && changes.some(({attributeName}) => attributeName === "data-title")) window.scrollTo(0, 0);
  }

  (function boot() {
    const face = document.getElementById(ROOT);
    if (!face) return void setTimeout(boot, 20);
    new MutationObserver(turn).observe(face, {attributeFilter: ["data-page", "data-title"]});
    turn([]);
  })();
})();
