/* Tells the document whether it shows the wall or a page, so that sizes follow; another page begins at its top.
   And what a page's head can do: go to free dates, print, shut its menus. */
(() => {
  "use strict";

  const ROOT = "wall", MENU = "details[data-menu]";
  const REDRAWN_MS = 600;
  const shared = window.tonglan = window.tonglan || {};

  function turn(changes) {
    const face = document.getElementById(ROOT), page = Boolean(face.dataset.page);
    document.documentElement.dataset.surface = page ? "page" : "wall";
    if (page && changes.some(({attributeName}) => attributeName === "data-title")) window.scrollTo(0, 0);
  }

  /* The address that the form was made for, with its two days under the key that the form names. */
  function chosen(event) {
    const form = event.target.closest?.("form[data-period]");
    if (!form) return;
    event.preventDefault();
    const days = [...new FormData(form).values()].sort();   // whoever takes the later day first means the same
    const address = new URL(form.getAttribute("action"), location.href), key = form.dataset.period;
    address.searchParams.delete(key);
    const query = [`${key}=${days.join("..")}`, address.search.slice(1)].filter(Boolean).join("&");
    shut();
    shared.go(`${address.pathname}?${query}`);
  }

  /* Paper is light: what was drawn for a dark screen is drawn anew first. */
  function print() {
    shared.wear("light");
    setTimeout(() => {
      window.print();
      shared.wear(null);
    }, REDRAWN_MS);
  }

  function shut(but) {
    for (const menu of document.querySelectorAll(`${MENU}[open]`)) if (!menu.contains(but)) menu.open = false;
  }

  function pressed(event) {
    if (event.target.closest?.("[data-print]")) print();
    shut(event.target.closest?.("a[href]") ? null : event.target);
  }

  /* Escape shuts a menu before it leads anywhere. */
  function escaped(event) {
    const menu = event.key === "Escape" && document.querySelector(`${MENU}[open]`);
    if (!menu) return;
    event.preventDefault();
    shut();
    menu.querySelector("summary").focus();
  }

  document.addEventListener("submit", chosen);
  document.addEventListener("click", pressed);
  window.addEventListener("keydown", escaped, {capture: true});

  (function boot() {
    const face = document.getElementById(ROOT);
    if (!face) return void setTimeout(boot, 20);
    new MutationObserver(turn).observe(face, {attributeFilter: ["data-page", "data-title"]});
    turn([]);
  })();
})();
