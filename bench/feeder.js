/* Stands in for the page's stream: whatever opens an EventSource gets the recorded picture, then as many changes of it
   as are asked for, through the very listeners that the real stream calls. Made before the page's own scripts run. */
(() => {
  "use strict";

  const STILL = new Set(["href", "id", "className", "style", "namespace", "type"]);
  const MAP = "map-state";

  class Stream extends EventTarget {
    static CONNECTING = 0;
    static OPEN = 1;
    static CLOSED = 2;

    constructor() {
      super();
      this.readyState = Stream.OPEN;
      feeder.stream = this;
      queueMicrotask(() => feeder.begin());
    }

    close() { this.readyState = Stream.CLOSED; }
  }

  /* The same with other digits: as many, so that no box grows more than a real one does. */
  const digits = (text, turn) => text.replace(/\d/g, (digit, at) => (Number(digit) + turn + at) % 10);
  const bent = (value, turn) => typeof value === "number" ? value * (1 + 0.04 * Math.sin(turn + value)) : value;

  function turned(value, turn, key) {
    if (STILL.has(key)) return value;
    if (typeof value === "string") return key === "children" ? digits(value, turn) : value;
    if (Array.isArray(value)) return value.map(one => key === "y" ? bent(one, turn) : turned(one, turn, key));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, turned(one, turn, name)]));
  }

  /* The map's state with other classes, values and names' numbers; its tiles stay the same. */
  function mapped(state, turn) {
    const paint = {...state.paint};
    paint.classes = Object.fromEntries(Object.entries(paint.classes).map(([id, of], at) => [id, of > 0 ? (of + turn + at) % 6 + 1 : of]));
    paint.values = Object.fromEntries(Object.entries(paint.values).map(([id, text]) => [id, digits(text, turn)]));
    return {...state, paint, labels: state.labels.map(label => ({...label, value: digits(String(label.value), turn)}))};
  }

  /* Every 5th row of the feed's is new, as if a case had come: what stood there moves down. */
  function fed(children, turn) {
    const [head, list, ...rest] = children;
    if (list?.type !== "Ul" || turn % 5) return children;
    const rows = list.props.children, first = structuredClone(rows[rows.length - 1]);
    if (first.props.key) first.props.key += `-${turn}`;
    return [head, {...list, props: {...list.props, children: [first, ...rows.slice(0, -1)]}}, ...rest];
  }

  const feeder = window.feeder = {
    stream: null, recorded: null, view: 0, turn: 0, ready: [],

    get picture() { return this.recorded.pictures[this.view]; },
    tell(name, data) { this.stream.dispatchEvent(new MessageEvent(name, {data})); },
    beat() { this.tell("beat", JSON.stringify({now: new Date().toISOString(), cut: null})); },

    begin() {
      this.tell("hello", JSON.stringify({...this.recorded.hello, now: new Date().toISOString()}));
      this.beat();
      this.tell("picture", JSON.stringify(this.picture));
    },

    /* What the next push says: everything that has children, and the map's state if `withMap`. */
    next(withMap) {
      const turn = ++this.turn, props = {};
      for (const [id, values] of Object.entries(this.picture.props)) {
        if (id === MAP) { if (withMap) props[id] = {data: mapped(values.data, turn)}; }
        else if (id === "feed") props[id] = {children: turned(fed(values.children, turn), turn, "children")};
        else if (values.children && values.children.length !== 0) props[id] = {children: turned(values.children, turn, "children")};
      }
      return JSON.stringify({props});
    },

    /* Make pushes ahead, so that making them is no part of what is measured. */
    prepare(count) { while (count--) this.ready.push(this.next(false)); },

    push(data = this.ready.shift()) {
      this.beat();
      this.tell("change", data);
    },

    /* As if a link were followed, or the next scene had come: the whole picture of another view. */
    turnTo(view) {
      this.view = view;
      this.tell("picture", JSON.stringify(this.picture));
    },

    /* Until a frame was made of it. */
    async drawn() {
      await new Promise(requestAnimationFrame);
      await new Promise(done => setTimeout(done));
    },

    /* Many pushes as fast as the page takes them: every `frame`-th waits for a frame, every `map`-th has the map's state,
       every `view`-th comes after another view. */
    async run(count, every) {
      for (let n = 1; n <= count; n++) {
        if (n % every.view === 0) this.turnTo((this.view + 1) % this.recorded.pictures.length);
        this.push(this.next(n % every.map === 0));
        await (n % every.frame === 0 ? this.drawn() : new Promise(done => setTimeout(done)));
      }
    },
  };
  window.EventSource = Stream;
})();
