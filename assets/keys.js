/* The keyboard's way: skip links, focus into an opened drawer and back to what opened it, Space on what acts as a button. */
(() => {
  "use strict";

  const DRAWER = "drawer", TITLE = "h2";
  const STOPS = "a[href], button:not([disabled])";
  const RECENT_MS = 15000;     // a drawer that opens later than this after somebody did something opened by itself
  const shared = window.tonglan = window.tonglan || {};

  let acted = -Infinity;       // when somebody last did something
  let opener = null;           // the link outside the drawer that was followed last: {part, href}
  let title = null;            // of the open drawer; null while it is shut

  /* Move the focus to a part of the screen: to the first thing in it that takes one, else to the part itself. */
  function reach(part) {
    if (!part) return;
    const stop = [...part.querySelectorAll(STOPS)].find(one => one.checkVisibility()) || part;
    if (stop === part && !part.hasAttribute("tabindex")) part.tabIndex = -1;
    stop.focus();
  }

  function skipped(event) {
    const link = event.target.closest?.(".skip a");
    if (!link) return;
    event.preventDefault();
    reach(document.getElementById(link.hash.slice(1)));
  }

  function followed(event) {
    acted = performance.now();
    const link = event.target.closest?.("a[href]");
    if (!link || link.closest(`#${DRAWER}`)) return;
    opener = {part: link.closest("[id]:not(a)")?.id, href: link.getAttribute("href")};
  }

  function pressed(event) {
    acted = performance.now();
    const button = event.key === " " && event.target.closest?.("a[role=button]");
    if (!button) return;
    event.preventDefault();
    button.click();
  }

  /* ---- the drawer ---- */

  const lost = () => document.activeElement === document.body;

  function back() {
    const part = document.getElementById(opener?.part);
    const link = [...part?.querySelectorAll("a[href]") || []].find(one => one.getAttribute("href") === opener.href);
    if (link) link.focus();
    else reach(part);
  }

  function looked() {
    const drawer = document.getElementById(DRAWER), before = title;
    title = drawer.querySelector(TITLE)?.textContent ?? null;
    if (title === before || performance.now() - acted > RECENT_MS) return;
    if (title === null) {
      if (lost() || document.activeElement === drawer) back();
    } else if (before === null || lost()) drawer.focus();
  }

  (function boot() {
    const drawer = document.getElementById(DRAWER);
    if (!drawer) return void setTimeout(boot, 200);
    new MutationObserver(looked).observe(drawer, {childList: true, subtree: true, characterData: true});
    looked();
  })();

  shared.reach = reach;
  document.addEventListener("click", skipped);
  document.addEventListener("click", followed, {capture: true});
  document.addEventListener("keydown", pressed, {capture: true});
})();
