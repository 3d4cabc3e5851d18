/* What all charts share is said here once, not sent with each; and colours, which come as tokens, are put in as the theme
   has them. */
(() => {
  "use strict";

  const CLEAR = "rgba(0,0,0,0)";
  const TOKEN = /^var\((--[a-z0-9-]+)\)$/;
  const shared = window.tonglan;
  const sans = () => getComputedStyle(document.documentElement).getPropertyValue("--sans").trim();

  /* Sizes are design units: the style sheet scales the finished drawing to the screen. */
  function template() {
    const font = {family: sans(), size: 14, color: "var(--text-3)"};
    const axis = {visible: false, fixedrange: true, showgrid: false, zeroline: false, ticks: ""};
    return {
      layout: {
        font, paper_bgcolor: CLEAR, plot_bgcolor: CLEAR, showlegend: false, hovermode: false, autosize: false, bargap: 0.45,
        margin: {l: 0, r: 0, t: 0, b: 0, pad: 0},
        xaxis: axis, yaxis: {...axis, gridcolor: "var(--line)"},
        annotationdefaults: {showarrow: false, font, borderpad: 1, bgcolor: "var(--veil)"},
      },
      data: {scatter: [{hoverinfo: "skip", cliponaxis: false}], bar: [{hoverinfo: "skip", marker: {line: {width: 0}}}]},
    };
  }

  /* A copy in which every token is the colour that it stands for now. */
  function coloured(part) {
    if (typeof part === "string") return TOKEN.test(part) ? shared.colour(part.match(TOKEN)[1]) : part;
    if (Array.isArray(part)) return part.map(coloured);
    if (part && typeof part === "object") return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, coloured(value)]));
    return part;
  }

  let dress = null;              // the template in the theme's colours
  const dressed = figure => ({
    ...figure, data: coloured(figure.data),
    layout: {...coloured(figure.layout), template: dress ||= coloured(template())},
  });

  let plotly;
  const drawn = new WeakMap();   // a chart's element → what it was drawn from

  /* Plotly comes late, with the first chart; the figure is dressed on its way there. */
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => plotly,
    set(library) {
      const react = (element, figure, ...rest) => {
        drawn.set(element, [figure, ...rest]);
        return library.react(element, dressed(figure), ...rest);
      };
      plotly = Object.create(library, {react: {value: react}});
    },
  });

  window.addEventListener("tonglan:theme", () => {
    dress = null;
    for (const element of document.querySelectorAll(".js-plotly-plot")) {
      if (drawn.has(element)) plotly.react(element, ...drawn.get(element));
    }
  });
})();
