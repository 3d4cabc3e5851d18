/* One template for every chart: what all of them share is said here once, not sent with each. */
(() => {
  "use strict";

  const style = () => getComputedStyle(document.documentElement);
  const token = name => style().getPropertyValue(name).trim();
  const CLEAR = "rgba(0,0,0,0)";

  /* Sizes are design units: the style sheet scales the finished drawing to the screen. */
  function template() {
    const font = {family: token("--sans"), size: 14, color: token("--text-3")};
    const axis = {visible: false, fixedrange: true, showgrid: false, zeroline: false, ticks: ""};
    return {
      layout: {
        font, paper_bgcolor: CLEAR, plot_bgcolor: CLEAR, showlegend: false, hovermode: false, autosize: false, bargap: 0.45,
        margin: {l: 0, r: 0, t: 0, b: 0, pad: 0},
        xaxis: axis, yaxis: {...axis, gridcolor: token("--line")},
        annotationdefaults: {showarrow: false, font, borderpad: 1, bgcolor: token("--veil")},
      },
      data: {scatter: [{hoverinfo: "skip", cliponaxis: false}], bar: [{hoverinfo: "skip", marker: {line: {width: 0}}}]},
    };
  }

  let shared;
  const dressed = figure => ({
    ...figure,
    layout: {...figure.layout, template: shared ||= template()},
  });

  /* Plotly comes late, with the first chart; the figure is dressed on its way there. */
  let plotly;
  Object.defineProperty(window, "Plotly", {
    configurable: true,
    get: () => plotly,
    set(library) {
      plotly = Object.create(library, {
        react: {value: (element, figure, ...rest) => library.react(element, dressed(figure), ...rest)},
      });
    },
  });
})();
