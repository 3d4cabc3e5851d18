/* Takes the stream's place in the page, and pushes made-up changes of a real picture through the page's own script. */
(() => {
  "use strict";
  const streams = [];

  window.EventSource = class {
    static CLOSED = 2;
    readyState = 1;
    heard = {};
    constructor() { streams.push(this); }
    addEventListener(name, act) { this.heard[name] = act; }
    close() { this.readyState = 2; }
  };

  function say(name, data) {
    const stream = streams.at(-1);
    stream.heard[name]({data: JSON.stringify(data)});
  }

  /* The same tree with other digits in every number that is drawn as text. */
  function vary(node) {
    if (typeof node === "string") return node.replace(/\d/g, () => Math.floor(Math.random() * 10));
    if (Array.isArray(node)) return node.map(vary);
    if (node === null || typeof node !== "object") return node;
    const varied = {...node};
    if (varied.props) varied.props = {...varied.props, children: vary(varied.props.children)};
    return varied;
  }

  const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));

  window.soak = {
    begin(picture, version) {
      say("hello", {version, now: new Date().toISOString()});
      say("picture", picture);
    },
    beat() { say("beat", {now: new Date().toISOString(), cut: null}); },
    /* Returns: for each push, the milliseconds from its arrival to the frame after it. */
    async push(picture, ids, times) {
      const took = [];
      for (let n = 0; n < times; n++) {
        const props = Object.fromEntries(ids.map(id => [id, {...picture.props[id], children: vary(picture.props[id].children)}]));
        const began = performance.now();
        say("change", {props});
        await frame();
        took.push(performance.now() - began);
        if (n % 20 === 0) this.beat();
      }
      return took;
    },
  };
})();
