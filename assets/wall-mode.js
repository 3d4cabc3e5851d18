/* Unattended mode: a page whose address bears `wall=<name>` goes through that wall's scenes until somebody touches the
   screen, and goes on a while after the last touch. The due scene is read off the clock, so walls of one name agree. */
(() => {
  "use strict";

  const NAME = new URLSearchParams(location.search).get("wall");
  if (!NAME) return;

  const LANGUAGE = new URLSearchParams(location.search).get("lang");
  const ROOT = "wall", PARAMETER = "wall";
  const STEP_MS = 500, REST_MS = 3000, AGAIN_MS = 5000, FRESH_MS = 600000;
  const CORNERS = [[0, 0], [.2, 0], [.2, .2], [0, .2]];   // rem: 2 units, one corner a night
  const DAY_MS = 86400000;
  const TOUCHES = ["pointerdown", "keydown", "wheel", "touchstart"];
  const shared = window.tonglan;
  const page = document.documentElement;

  let plan = null;             // {scenes: [{address, seconds}], resume_s, paused}
  let touched = -Infinity;     // when anybody did anything last
  let pointer = null;          // where the pointer was last: pages that move under it report moves, too
  let face = null;             // the row of marks
  let night = null, calendar = null;

  const here = () => location.pathname + location.search;
  const since = moment => performance.now() - moment;

  /* ---- the scenes ---- */

  async function learn() {
    const address = `/wall/${encodeURIComponent(NAME)}/scenes${LANGUAGE ? `?lang=${encodeURIComponent(LANGUAGE)}` : ""}`;
    const answer = await fetch(address, {cache: "no-store"}).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (told) plan = told;
    setTimeout(learn, told ? FRESH_MS : AGAIN_MS);
  }

  function due() {
    let left = shared.now() / 1000 % plan.scenes.reduce((sum, scene) => sum + scene.seconds, 0);
    const found = plan.scenes.findIndex(scene => (left -= scene.seconds) < 0);
    return found < 0 ? plan.scenes.length - 1 : found;
  }

  /* While the line is cut the scene stays: the next one could not be painted. */
  function step() {
    page.classList.toggle("is-resting", since(touched) > REST_MS);
    shift();
    if (!plan || !shared.met()) return;
    const pause = Math.ceil(plan.resume_s - since(touched) / 1000);
    const index = due(), {address} = plan.scenes[index];
    if (pause <= 0 && !shared.cut() && here() !== address) shared.go(address, true);
    show(index, Math.max(0, pause));
  }

  function show(index, pause) {
    if (!face?.isConnected) face = document.body.appendChild(Object.assign(document.createElement("div"), {className: "scenes"}));
    face.ariaHidden = "true";
    if (face.childElementCount !== plan.scenes.length) {
      face.replaceChildren(...plan.scenes.map(() => document.createElement("i")));
    }
    [...face.children].forEach((mark, place) => mark.classList.toggle("on", place === index));
    const text = pause ? plan.paused.replace("{n}", pause) : "";
    if (face.dataset.text !== text) face.dataset.text = text;
  }

  /* ---- somebody is there ---- */

  function touch() {
    touched = performance.now();
  }

  function move({screenX, screenY}) {
    const before = pointer;
    pointer = `${screenX} ${screenY}`;
    if (before && before !== pointer) touch();
  }

  /* Where a person goes from here it is still this wall, also after the page was loaded anew. */
  function keep() {
    const address = new URL(location.href);
    if (address.searchParams.get(PARAMETER) === NAME) return;
    address.searchParams.set(PARAMETER, NAME);
    history.replaceState(history.state, "", address);
  }

  /* ---- against burn-in ---- */

  function shift() {
    const zone = document.getElementById(ROOT)?.dataset.zone;
    if (!zone) return;
    calendar = calendar || new Intl.DateTimeFormat("en-CA", {timeZone: zone, dateStyle: "short"});
    const date = calendar.format(shared.now());
    if (date === night) return;
    night = date;
    const [right, down] = CORNERS[Math.floor(Date.parse(date) / DAY_MS) % CORNERS.length];
    page.style.setProperty("--shift-x", `${right}rem`);
    page.style.setProperty("--shift-y", `${down}rem`);
  }

  for (const name of TOUCHES) window.addEventListener(name, touch, {capture: true, passive: true});
  window.addEventListener("mousemove", move, {capture: true, passive: true});
  window.addEventListener("_dashprivate_pushstate", keep, {capture: true});   // before the stream and Dash look at it
  setInterval(step, STEP_MS);
  learn();
})();
