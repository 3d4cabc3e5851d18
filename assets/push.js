/* The live page: opens this address's stream, has what comes drawn, says when nothing comes, and lets ages tick. */
(() => {
  "use strict";

  const SILENCE_MS = 4000;   // the server beats every 1.5 s; without a beat for so long the line counts as cut
  const GONE_MS = 20000;     // and is opened anew
  const WATCH_MS = 500;
  const RETRY_MS = 500, LONGEST_MS = 3000;
  const SLOW_MS = 300;       // what comes sooner needs no sign that it is on its way: the sign would cost a frame before it
  const HIDDEN_MS = 60000;   // a page that nobody sees gives its connection back: browsers have six per host
  const ROOT = "wall", STRIP = "cut", STAGE = "stage", BEHIND = "toast";

  const shared = window.tonglan = window.tonglan || {};
  let source = null;         // the stream, while it is open
  let address = null;        // what it streams
  let build = null;          // the server's version, as this page was loaded from it
  let painted = false;       // whether a whole picture was ever shown
  let heard = Date.now();    // when anything came last
  let ahead = 0;             // how far the server's clock is ahead of this one, in ms
  let cut = null;            // since when the picture is not live, in server time
  let paused = false;
  let tried = 0;             // when the stream was opened last
  let wait = 0;              // how long to wait before it is opened again
  let early = null;          // what was shown before the stream that is open now had said anything

  const root = () => document.getElementById(ROOT);
  const now = () => Date.now() + ahead;
  const here = () => location.pathname + location.search;
  const listens = () => Boolean(window.dash_clientside?.set_props && document.getElementById(BEHIND));   // Dash comes late

  /* ---- the stream ---- */

  function open() {
    close();
    early = null;
    address = here();
    tried = Date.now();
    const stream = source = new EventSource("/live" + address);
    const on = (name, act) => stream.addEventListener(name, message => {
      if (stream !== source) return;
      heard = Date.now();
      wait = 0;
      act(JSON.parse(message.data));
    });
    on("hello", hello);
    on("picture", picture);
    on("change", ({props}) => show(props));
    on("waiting", ({props}) => { if (!painted) show(props); });
    on("refusal", ({props}) => { show(props); turning(false); });
    on("beat", beat);
  }

  function close() {
    if (source) source.close();
    source = null;
  }

  function hello(said) {
    ahead = Date.parse(said.now) - Date.now();
    build = build || said.version;
    if (said.version !== build) reload();
  }

  function picture({address: drawn, props}) {
    if (!document.getElementById(STAGE)) return reload();   // this page was made before there was a city
    painted = true;
    shared.drawn = drawn;
    show(early ? news(props, early) : props);
    early = null;
    turning(false);
  }

  /* What of a picture is not shown yet: to draw all of it once more would hold up the frame that shows it. */
  function news(props, shown) {
    const fresh = ([id, values]) => [id, Object.fromEntries(Object.entries(values).filter(
      ([name, value]) => JSON.stringify(value) !== JSON.stringify(shown[id]?.[name])))];
    return Object.fromEntries(Object.entries(props).map(fresh).filter(([, values]) => Object.keys(values).length));
  }

  function beat(said) {
    ahead = Date.parse(said.now) - Date.now();
    mark(said.cut ? Date.parse(said.cut) : null);
  }

  /* A newer build: load it, but only from a server that answers, or a readable page would give way to an error. */
  async function reload() {
    const answer = await fetch("/healthz", {cache: "no-store"}).catch(() => null);
    if (answer && answer.ok) location.reload();
    else setTimeout(reload, 2000);
  }

  function watch() {
    if (paused) return;
    const silent = Date.now() - heard;
    if (silent > SILENCE_MS) mark(cut === null ? heard + ahead : cut);
    const closed = !source || source.readyState === EventSource.CLOSED;   // one 502 closes a stream for good
    const opened = Date.now() - tried;
    if (closed ? opened > wait : Math.min(silent, opened) > GONE_MS) again();
  }

  function again() {
    wait = Math.min(wait + RETRY_MS, LONGEST_MS);
    open();
  }

  /* ---- the picture ---- */

  function show(props) {
    Object.assign(rest, shared.draw(props));
    requestAnimationFrame(() => { settle(); setTimeout(handOn); });
    shared.begin();
  }

  /* What is no face of the page (the map's state) follows when the faces have been painted, and Dash listens. */
  let rest = {};

  function handOn() {
    if (!listens()) return;
    const due = Object.entries(rest);
    rest = {};
    for (const [id, values] of due) window.dash_clientside.set_props(id, values);
    forget();
  }

  /* A link that went away or leads elsewhere now gives the focus to the one that leads where it led. */
  let kept = null;

  function keep(event) {
    const link = event.target.closest?.("a[href]");
    kept = link && {link, href: link.getAttribute("href"), part: link.closest("[id]")?.id};
  }

  function refocus() {
    const active = document.activeElement;
    if (!kept || (active !== kept.link && active !== document.body) || kept.link.isConnected && kept.link.getAttribute("href") === kept.href) return;
    const part = document.getElementById(kept.part);
    const link = [...part?.querySelectorAll("a[href]") || []].find(link => link.getAttribute("href") === kept.href);
    if (link) link.focus({preventScroll: true});
    else if (document.activeElement === document.body) shared.reach(part);
  }

  /* dash-renderer keeps every payload for an undo that nobody asks for (plotly/dash#727). */
  function forget() {
    for (const store of window.dash_stores || []) store.getState().history.past.length = 0;
  }

  function settle() {
    const face = root();
    if (!face) return;
    if (face.lang) document.documentElement.lang = face.lang;
    if (face.dataset.title) document.title = face.dataset.title;
    refocus();
    face.classList.toggle("is-cut", cut !== null);
    tick();
  }

  function mark(since) {
    cut = since;
    const face = root(), strip = document.getElementById(STRIP);
    if (!face) return;
    face.classList.toggle("is-cut", cut !== null);
    const age = strip && strip.querySelector("time");
    if (age && cut !== null) age.dataset.age = new Date(cut).toISOString();
    if (cut !== null) tick();
  }

  let slow = null;

  function turning(busy) {
    const face = root();
    if (!face) return;
    face.setAttribute("aria-busy", String(busy));
    clearTimeout(slow);
    if (busy) slow = setTimeout(() => face.classList.add("is-turning"), SLOW_MS);
    else face.classList.remove("is-turning");
  }

  /* ---- time ---- */

  const UNITS = [["d", 86400], ["h", 3600], ["min", 60], ["s", 1]];

  function spell(words, seconds) {
    const [unit, size] = UNITS.find(([, size]) => seconds >= size) || UNITS[3];
    return words[unit].replace("{n}", Math.floor(seconds / size));
  }

  function hours(seconds) {
    const minutes = Math.floor(seconds / 60);
    return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
  }

  function countdown(words, seconds) {
    const days = Math.floor(seconds / 86400);
    return days >= 2 ? words.d.replace("{n}", days) : words.clock.replace("{t}", hours(seconds));
  }

  const formats = new Map();

  function format(language, zone, options) {
    const key = language + zone + JSON.stringify(options);
    if (!formats.has(key)) formats.set(key, new Intl.DateTimeFormat(language, {timeZone: zone, ...options}));
    return formats.get(key);
  }

  const CLOCK = {hour: "2-digit", minute: "2-digit", hourCycle: "h23"};
  const DATE = {month: "short", day: "numeric", weekday: "short"};

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function tick() {
    const face = root();
    if (!face || !face.dataset.words) return;
    const words = JSON.parse(face.dataset.words);
    const at = face.dataset.now ? Date.parse(face.dataset.now) : now();
    const language = (face.lang || "zh").startsWith("zh") ? "zh-CN" : "en-GB";
    const each = (name, text) => face.querySelectorAll(`[data-${name}]`).forEach(
      element => write(element, text(element.dataset[name])));
    const since = moment => Math.max(0, (at - Date.parse(moment)) / 1000);
    each("age", moment => spell(words.ago, since(moment)));
    each("since", moment => spell(words.duration, since(moment)));
    each("elapsed", moment => countdown({d: words.duration.d, clock: "{t}"}, since(moment)));
    each("due", moment => {
      const left = (Date.parse(moment) - at) / 1000;
      return left >= 0 ? countdown(words.left, left) : countdown(words.over, -left);
    });
    each("clock", zone => format("en-GB", zone, CLOCK).format(at));
    each("date", zone => format(language, zone, DATE).format(at));
  }

  /* ---- where to ---- */

  /* Go to an address; `quietly`, Back does not lead here. */
  function go(href, quietly) {
    history[quietly ? "replaceState" : "pushState"]({}, "", href);
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));   // dcc.Location listens to it
  }

  function moved() {
    if (here() === address) return;
    turning(true);
    open();
    const known = shared.foreseen(address);
    if (!known) return;
    picture(known);
    early = known.props;
  }

  function up(event) {
    if (event.key !== "Escape" || event.defaultPrevented || event.target.closest?.("input, textarea, select")) return;
    const parent = root()?.dataset.parent || root()?.querySelector("[data-parent]")?.dataset.parent;
    if (parent) go(parent);
  }

  let hiding = null;

  function seen() {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(() => { paused = true; close(); }, HIDDEN_MS);
    } else if (paused) {
      paused = false;
      open();
    }
  }

  Object.assign(shared, {go, now, cut: () => cut !== null, met: () => build !== null});
  window.addEventListener("popstate", moved);
  window.addEventListener("_dashprivate_pushstate", moved);
  window.addEventListener("keydown", up);
  document.addEventListener("focusin", keep);
  document.addEventListener("visibilitychange", seen);
  setInterval(watch, WATCH_MS);
  setInterval(tick, 1000);
  open();
  (function boot() { listens() ? handOn() : setTimeout(boot, 30); })();
})();
