/* A link that the pointer or the focus rests on is likely to be followed: the picture of where it leads is fetched, and shown
   when it is, until the stream of that address has opened. */
(() => {
  "use strict";

  const LINK = "#wall a[href^='/']:not([download], [target])";
  const REST_MS = 70;          // a pointer that only passes by stays for less
  const GOOD_MS = 8000;        // a picture that nobody looks at is shown for ten seconds
  const MOST = 8;              // pictures kept: some 100 KB each
  const shared = window.tonglan = window.tonglan || {};
  const known = new Map();     // address → {at: when it was asked for, picture: what came}
  let resting = null;

  const young = one => one && performance.now() - one.at < GOOD_MS;

  async function ask(address) {
    if (shared.cut() || young(known.get(address))) return;
    known.delete(address);
    if (known.size >= MOST) known.delete(known.keys().next().value);
    const one = {at: performance.now(), picture: null};
    known.set(address, one);
    const answer = await fetch("/live" + address, {headers: {Accept: "application/json"}, priority: "low"}).catch(() => null);
    if (answer?.status === 200) one.picture = await answer.json().catch(() => null);
  }

  /* The picture of an address, once, when it is there and not too old. */
  function foreseen(address) {
    const one = known.get(address);
    known.delete(address);
    return young(one) && !shared.cut() ? one.picture : null;
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

  shared.foreseen = foreseen;
  document.addEventListener("pointerover", rest, {passive: true});
  document.addEventListener("focusin", rest);
  document.addEventListener("pointerdown", press, {passive: true});
})();
