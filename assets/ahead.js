/* A link that the pointer or the focus rests on is likely to be followed: the server is told, and paints where it leads. */
(() => {
  "use strict";

  const LINK = "#wall a[href^='/']";
  const REST_MS = 70;          // a pointer that only passes by stays for less
  const GOOD_MS = 8000;        // a picture that nobody looks at is shown for ten seconds
  const MOST = 200;
  const shared = window.tonglan = window.tonglan || {};
  const asked = new Map();     // address → when it was asked for
  let resting = null;

  function ask(address) {
    if (shared.cut() || performance.now() - (asked.get(address) ?? -Infinity) < GOOD_MS) return;
    if (asked.size >= MOST) asked.clear();
    asked.set(address, performance.now());
    fetch("/live" + address, {method: "HEAD", priority: "low"}).catch(() => {});
  }

  const address = event => event.target.closest?.(LINK)?.getAttribute("href");

  function rest(event) {
    clearTimeout(resting);
    const found = address(event);
    if (found) resting = setTimeout(ask, REST_MS, found);
  }

  function press(event) {
    const found = address(event);
    if (found) ask(found);
  }

  document.addEventListener("pointerover", rest, {passive: true});
  document.addEventListener("focusin", rest);
  document.addEventListener("pointerdown", press, {passive: true});
})();
