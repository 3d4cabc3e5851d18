/* Charts that are pointed at, drawn by Plotly, which comes with the first of them. What they share is said here once, not sent
   with each; colours, which come as tokens, are put in as the theme has them. */
(() => {
  "use strict";

  const {createElement, useEffect, useRef} = window.React;
  const named = document.querySelector('meta[name="library-charts"]')?.content;
  const LIBRARY = new URL(named || "vendor/plotly-basic.min.js", document.currentScript.src).href;
  const AGAIN_MS = 5000;
  const CLEAR = "rgba(0,0,0,0)";
  const TOKEN = /^var\((--[a-z0-9-]+)\)$/;
  const shared = window.tonglan = window.tonglan || {};
  const sans = () => getComputedStyle(document.documentElement).getPropertyValue("--sans").trim();

  /* Sizes are design units: the style sheet scales the finished drawing to the screen. */
  function template() {
    const font = {family: sans(), size: 14, color: "var(--text-3)"};
    const axis = {visible: false, showgrid: false, zeroline: false, ticks: ""};
    return {
      layout: {
        font, paper_bgcolor: CLEAR, plot_bgcolor: CLEAR, showlegend: false, autosize: false, bargap: 0.45,
        dragmode: "zoom", hovermode: "x",
        margin: {l: 0, r: 0, t: 0, b: 0, pad: 0},
        xaxis: axis, yaxis: {...axis, fixedrange: true, gridcolor: "var(--line)"},
        annotationdefaults: {showarrow: false, font, borderpad: 1, bgcolor: "var(--veil)"},
        hoverlabel: {font: {...font, color: "var(--text-1)"}, bgcolor: "var(--surface)", bordercolor: "var(--line-strong)"},
        modebar: {bgcolor: CLEAR, color: "var(--text-3)", activecolor: "var(--text-1)"},
      },
      data: {scatter: [{cliponaxis: false, hoverinfo: "skip"}], bar: [{hoverinfo: "skip", textposition: "none", marker: {line: {width: 0}}}]},
    };
  }

  /* A copy in which every token is the colour that it stands for now. */
  function coloured(part) {
    if (typeof part === "string") return TOKEN.test(part) ? shared.colour(part.match(TOKEN)[1]) : part;
    if (Array.isArray(part)) return part.map(coloured);
    if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, coloured(value)]));
    return part;
  }

  const dressed = (figure, width) => coloured({...figure, layout: {...figure.layout, width, template: template()}});

  let coming = null;

  function library() {
    return coming ||= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = LIBRARY;
      script.onload = () => done(window.Plotly);
      script.onerror = () => {
        script.remove();
        setTimeout(() => { coming = null; }, AGAIN_MS);
        failed(new Error("Plotly did not load"));
      };
      document.head.appendChild(script);
    });
  }

  /* One after the other, each in a turn of its own: a chart takes as long as all else on a panel. */
  const turns = [];

  function later(draw) {
    turns.push(draw);
    if (turns.length === 1) setTimeout(turn);
  }

  async function turn() {
    try {
      turns[0](await library());
    } catch (error) {
      console.warn("a chart cannot be drawn", error);
    }
    turns.shift();
    if (turns.length) setTimeout(turn);
  }

  const standing = new Map();   // a chart's element → how it is drawn

  function Plot({figure, config, className, style, responsive}) {
    const box = useRef(null), told = JSON.stringify([figure, config]);
    useEffect(() => {
      const element = box.current;
      const width = () => responsive && element.clientWidth || figure.layout.width;
      const draw = plotly => standing.get(element) === draw && plotly.react(element, {...dressed(figure, width()), config});
      standing.set(element, draw);
      later(draw);
    }, [told]);
    useEffect(() => {
      const element = box.current;
      const observer = new ResizeObserver(() => standing.has(element) && element.clientWidth !== element.layout?.width && later(standing.get(element)));
      if (responsive) observer.observe(element);
      return () => {
        observer.disconnect();
        standing.delete(element);
        window.Plotly?.purge(element);
      };
    }, []);
    return createElement("div", {className, style}, createElement("div", {ref: box, style: {width: "100%", height: "100%"}}));
  }

  window.addEventListener("tonglan:theme", () => standing.forEach(later));
  shared.Plot = Plot;
})();
