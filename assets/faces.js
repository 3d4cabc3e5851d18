/* Draws what the stream sends into the page's containers: Dash's components as it serialises them, in one pass of React.
   Dash's own renderer keeps every component in its store and asks each of them again at every change. */
(() => {
  "use strict";

  const {createElement, Component, memo} = window.React;
  const {createPortal, createRoot, flushSync} = window.ReactDOM;
  const HTML = "dash_html_components", CORE = "dash_core_components", TABLES = "dash_ag_grid";
  const TAGS = {MapEl: "map", ObjectEl: "object"};   // the names that differ from their tag by more than their case
  const NAMES = {className: "class"};
  const TICKING = ["data-age", "data-since", "data-elapsed", "data-due", "data-clock", "data-date"];
  const shared = window.tonglan = window.tonglan || {};

  /* ---- components ---- */

  function drawn(part) {
    if (Array.isArray(part)) return keyed(part);
    return part !== null && typeof part === "object" ? element(part, name(part, 0)) : part;
  }

  /* Each part keeps its element for as long as it keeps its name: that of the thing, or its place among its siblings. */
  function keyed(parts) {
    const taken = new Set();
    return parts.map((part, at) => {
      if (part === null || typeof part !== "object") return part;
      const own = name(part, at), key = taken.has(own) ? `${own}#${at}` : own;
      taken.add(key);
      return Array.isArray(part) ? keyed(part) : element(part, key);
    });
  }

  /* What ticks has another name than what does not: React would not write a text anew that it believes to stand there. */
  function name({props, type}, at) {
    if (!props) return String(at);
    const ticks = TICKING.find(attribute => attribute in props) || "";
    return `${props.id ?? props.key ?? props["data-item"] ?? at}${type}${ticks}`;
  }

  function element({namespace, type, props: {children, key: _, ...props}}, key) {
    if (namespace === HTML && "data-picture" in props) return createElement(shared.Picture, {...props, key});
    if (namespace === HTML) return createElement(TAGS[type] || type.toLowerCase(), {...props, key}, drawn(children));
    if (namespace === CORE && type === "Link") return createElement("a", {...props, key, onClick: follow}, drawn(children));
    if (namespace === CORE && type === "Graph") return createElement(props.config?.staticPlot ? shared.Chart : shared.Plot, {...props, key});
    if (namespace === TABLES) return createElement(shared.Grid, {...props, key});
    throw new Error(`${namespace}.${type} cannot be drawn outside Dash`);
  }

  /* A link within the screen, without loading the page anew. */
  function follow(event) {
    if (event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    shared.go(event.currentTarget.getAttribute("href"));
    window.scrollTo(0, 0);
  }

  /* ---- faces ---- */

  const Face = memo(({of}) => drawn(of));

  /* A face that cannot be drawn stays empty until it is sent anew; the others go on. */
  class Guard extends Component {
    state = {failed: false};

    static getDerivedStateFromError() { return {failed: true}; }

    componentDidUpdate({of}) {
      if (this.state.failed && of !== this.props.of) this.setState({failed: false});
    }

    render() { return this.state.failed ? null : createElement(Face, {of: this.props.of}); }
  }

  const shown = new Map();     // container's id → what stands there
  let root = null;

  function portal([id, of]) {
    const container = document.getElementById(id);
    return container && createPortal(createElement(Guard, {of}), container, id);
  }

  /* What the document began with gives way. */
  function take(id, container) {
    if (!shown.has(id)) container.replaceChildren();
  }

  function attribute(container, name, value) {
    const written = NAMES[name] || name;
    if (value === null || value === false) container.removeAttribute(written);
    else container.setAttribute(written, value === true ? "" : value);
  }

  /* Draw properties by component id, all at once. Returns those of components without an element, which are Dash's. */
  function draw(props) {
    const rest = {};
    for (const [id, values] of Object.entries(props)) {
      const container = document.getElementById(id);
      if (!container) { rest[id] = values; continue; }
      for (const [name, value] of Object.entries(values)) {
        if (name === "children") { take(id, container); shown.set(id, value); }
        else attribute(container, name, value);
      }
    }
    root ||= createRoot(document.createElement("div"));
    flushSync(() => root.render([...shown].map(portal)));
    return rest;
  }

  Object.assign(shared, {draw, face: drawn, follow});
})();
