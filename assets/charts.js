/* Draws the still charts of panels as SVG, out of the same dicts as Plotly draws the lively ones of drawers and pages. Of its
   grammar layouts/figures.py uses a small part: lines, points, bars, straight guides and notes, in ranges that are given.
   Plotly takes 10 ms for such a chart, twice as long as all else that a push changes on the wall. */
(() => {
  "use strict";

  const {createElement, memo} = window.React;
  const FONT = 14, LINE_HIGH = 18, PAD = 2;     // of a note: its letters, its line, and what is kept free around it
  const BAR = 0.55;                              // a bar's share of its place
  const NO_MARGIN = {l: 0, r: 0, t: 0, b: 0};
  const brief = value => Math.round(value * 100) / 100;
  const part = (name, key, properties, ...children) => createElement(name, {key, ...properties}, ...children);
  const dashes = dash => dash ? {strokeDasharray: dash.replaceAll("px", "")} : {};
  const at = (values, index) => Array.isArray(values) ? values[index] : values;

  /* From values to units: an axis over so many units from `start`, `upward` from the bottom. */
  function axis([low, high], start, length, upward) {
    return value => brief(start + length * (upward ? (high - value) / (high - low) : (value - low) / (high - low)));
  }

  const places = trace => trace.x || trace.y.map((_, index) => index);

  /* Where no range is given: from the first place to the last, with room for bars. */
  function reach(data) {
    const all = data.flatMap(places), room = data.some(trace => trace.type === "bar") ? 0.5 : 0;
    return [Math.min(...all) - room, Math.max(...all) + room];
  }

  /* A line through the values; a gap parts it. */
  function course(trace, x, y) {
    let path = "", pen = "M";
    places(trace).forEach((place, index) => {
      const value = trace.y[index];
      if (value !== null) path += `${pen}${x(place)},${y(value)}`;
      pen = value === null ? "M" : "L";
    });
    return path;
  }

  function line(trace, x, y, key) {
    const {color, width, dash} = trace.line;
    return part("path", key, {d: course(trace, x, y), className: "line", style: {stroke: color, strokeWidth: width}, ...dashes(dash)});
  }

  const points = ({marker, ...trace}, x, y, key) => places(trace).map((place, index) => trace.y[index] !== null && part("circle", `${key}-${index}`, {
    cx: x(place), cy: y(trace.y[index]), r: at(marker.size, index) / 2,
    style: {fill: at(marker.color, index), stroke: marker.line?.color, strokeWidth: marker.line?.width}}));

  const bars = ({marker, ...trace}, x, y, key) => places(trace).map((place, index) => {
    const value = trace.y[index];
    if (!value) return false;
    const left = x(place - BAR / 2), top = y(Math.max(value, 0));
    return part("rect", `${key}-${index}`, {x: left, y: top, width: brief(x(place + BAR / 2) - left), height: brief(y(Math.min(value, 0)) - top),
      style: {fill: at(marker.color, index)}});
  });

  const traces = (data, x, y) => data.flatMap((trace, key) => trace.type === "bar" ? bars(trace, x, y, key) : [
    trace.mode.includes("lines") && line(trace, x, y, `${key}-line`),
    trace.mode.includes("markers") && points(trace, x, y, key)]);

  function guide({xref, yref, x0, x1, y0, y1, line: {color, width, dash}}, along, key) {
    return part("line", key, {x1: along(xref, "x", x0), x2: along(xref, "x", x1), y1: along(yref, "y", y0), y2: along(yref, "y", y1),
      style: {stroke: color, strokeWidth: width}, ...dashes(dash)});
  }

  /* A note beside its place: `xanchor` and `yanchor` say which of its sides stands there. */
  function note({xref, yref, x, y, xshift = 0, xanchor, yanchor, text, font}, along, key) {
    const side = xanchor === "right" ? -PAD : PAD, lift = {top: 1, bottom: -1}[yanchor] || 0;
    return part("text", key, {x: brief(along(xref, "x", x) + xshift + side), y: brief(along(yref, "y", y) + lift * (LINE_HIGH / 2 + PAD) + FONT * 0.36),
      textAnchor: xanchor === "right" ? "end" : "start", style: font && {fill: font.color}}, text);
  }

  const grid = ({visible, showgrid, tickvals}, x0, x1, y) => visible && showgrid ? tickvals.map(value =>
    part("line", `grid-${value}`, {className: "grid", x1: x0, x2: x1, y1: y(value), y2: y(value)})) : [];

  function drawing({data, layout}) {
    const {width, height, xaxis = {}, yaxis, shapes = [], annotations = []} = layout, margin = {...NO_MARGIN, ...layout.margin};
    const wide = width - margin.l - margin.r, high = height - margin.t - margin.b;
    const scales = {x: axis(xaxis.range || reach(data), margin.l, wide), y: axis(yaxis.range, margin.t, high, true)};
    const papers = {x: axis([0, 1], margin.l, wide), y: axis([0, 1], margin.t, high, true)};
    const along = (of, which, value) => (of === "paper" ? papers : scales)[which](value);
    return [...grid(yaxis, margin.l, width - margin.r, scales.y), ...traces(data, scales.x, scales.y),
      ...shapes.map((shape, key) => guide(shape, along, `guide-${key}`)),
      ...annotations.map((one, key) => note(one, along, `note-${key}`))];
  }

  const Chart = memo(({figure, className, style}) => {
    const {width, height} = figure.layout;
    return part("div", null, {className, style}, part("svg", null, {className: "drawing", width, height, viewBox: `0 0 ${width} ${height}`,
      "aria-hidden": true}, drawing(figure)));
  });

  window.tonglan = Object.assign(window.tonglan || {}, {Chart});
})();
