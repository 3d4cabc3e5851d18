/* Draws the still charts of panels as SVG, out of the same dicts as Plotly draws the lively ones of drawers and pages. Of its
   grammar layouts/figures.py uses a small part: lines, points, bars, filled outlines, straight guides, rectangles, ticks and
   notes, in ranges that are given. Plotly takes 10 ms for such a chart, twice as long as all else that a push changes on the wall. */
(() => {
  "use strict";

  const {createElement, memo, useLayoutEffect, useRef, useState} = window.React;
  const FONT = 14, LINE_HIGH = 18, PAD = 2;     // of a note: its letters, its line, and what is kept free around it
  const BAR = 0.55;                              // a bar's share of its place
  const TICK = 6;                                // between an axis and what is written beside it
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
    const {color, width, dash} = trace.line, filled = trace.fill === "toself";
    return part("path", key, {d: course(trace, x, y) + (filled ? "Z" : ""), className: "line",
      style: {stroke: color, strokeWidth: width, fill: filled ? trace.fillcolor : undefined}, ...dashes(dash)});
  }

  const points = ({marker, ...trace}, x, y, key) => places(trace).map((place, index) => trace.y[index] !== null && part("circle", `${key}-${index}`, {
    cx: x(place), cy: y(trace.y[index]), r: at(marker.size, index) / 2,
    style: {fill: at(marker.color, index), stroke: marker.line?.color, strokeWidth: marker.line?.width}}));

  const bars = ({marker, ...trace}, x, y, key) => places(trace).map((place, index) => {
    const value = trace.y[index];
    if (!value) return false;
    const left = x(place - BAR / 2), top = y(Math.max(value, 0));
    return part("rect", `${key}-${index}`, {x: left, y: top, width: brief(x(place + BAR / 2) - left), height: brief(y(Math.min(value, 0)) - top),
      style: {fill: at(marker.color, index), ...stroke({color: marker.line?.color, width: at(marker.line?.width, index)})}});
  });

  const traces = (data, x, y) => data.flatMap((trace, key) => trace.type === "bar" ? bars(trace, x, y, key) : [
    trace.mode.includes("lines") && line(trace, x, y, `${key}-line`),
    trace.mode.includes("markers") && points(trace, x, y, key)]);

  const stroke = ({color, width}) => ({stroke: color, strokeWidth: width});

  function guide({xref, yref, x0, x1, y0, y1, line: {dash, ...pen}}, along, key) {
    return part("line", key, {x1: along(xref, "x", x0), x2: along(xref, "x", x1), y1: along(yref, "y", y0), y2: along(yref, "y", y1),
      style: stroke(pen), ...dashes(dash)});
  }

  function rectangle({xref, yref, x0, x1, y0, y1, fillcolor, line}, along, key) {
    const [left, right] = [along(xref, "x", x0), along(xref, "x", x1)].sort((a, b) => a - b);
    const [top, bottom] = [along(yref, "y", y0), along(yref, "y", y1)].sort((a, b) => a - b);
    return part("rect", key, {x: left, y: top, width: brief(right - left), height: brief(bottom - top), style: {fill: fillcolor, ...stroke(line)}});
  }

  function outline({path, fillcolor, line}, along, key) {
    const d = path.replace(/(-?[\d.]+),(-?[\d.]+)/g, (_, x, y) => `${along("x", "x", Number(x))},${along("y", "y", Number(y))}`);
    return part("path", key, {d, fillRule: "evenodd", style: {fill: fillcolor, ...stroke(line)}});
  }

  const SHAPES = {line: guide, rect: rectangle, path: outline};

  /* A shape; with an address among the drawing's `meta` it leads there, which the keyboard finds beside the drawing. */
  function shaped(shape, key, along, {links = [], titles = []} = {}) {
    const drawn = SHAPES[shape.type](shape, along, key), title = titles[key] && part("title", "title", {}, titles[key]);
    if (!links[key]) return title ? part("g", key, {}, drawn, title) : drawn;
    return part("a", key, {href: links[key], tabIndex: -1, onClick: event => window.tonglan.follow(event)}, drawn, title);
  }

  const ANCHORS = {right: "end", center: "middle"};

  /* A note beside its place: `xanchor` and `yanchor` say which of its sides stands there. */
  function note({xref, yref, x, y, xshift = 0, yshift = 0, xanchor, yanchor, text, font}, along, key) {
    const side = {right: -PAD, center: 0}[xanchor] ?? PAD, lift = {top: 1, bottom: -1}[yanchor] || 0;
    return part("text", key, {x: brief(along(xref, "x", x) + xshift + side), y: brief(along(yref, "y", y) - yshift + lift * (LINE_HIGH / 2 + PAD) + FONT * 0.36),
      textAnchor: ANCHORS[xanchor] || "start", style: font && {fill: font.color}}, text);
  }

  const grid = ({visible, showgrid, tickvals}, x0, x1, y) => visible && showgrid ? tickvals.map(value =>
    part("line", `grid-${value}`, {className: "grid", x1: x0, x2: x1, y1: y(value), y2: y(value)})) : [];

  /* What stands beside the ticks: right of the frame's left edge it would be in the way, so it ends there; beneath, it is centred. */
  const beside = ({visible, showticklabels, tickvals = [], ticktext = tickvals}, x, y) => visible && showticklabels !== false
    ? tickvals.map((value, at) => part("text", `beside-${value}`, {x: brief(x - TICK), y: brief(y(value) + FONT * 0.36), textAnchor: "end"}, ticktext[at])) : [];
  const beneath = ({visible, showticklabels, tickvals = [], ticktext = tickvals}, x, y) => visible && showticklabels !== false
    ? tickvals.map((value, at) => part("text", `beneath-${value}`, {x: x(value), y: brief(y + TICK + FONT), textAnchor: "middle"}, ticktext[at])) : [];

  function drawing({data, layout}) {
    const {width, height, xaxis = {}, yaxis, shapes = [], annotations = [], meta} = layout, margin = {...NO_MARGIN, ...layout.margin};
    const wide = width - margin.l - margin.r, high = height - margin.t - margin.b;
    const scales = {x: axis(xaxis.range || reach(data), margin.l, wide), y: axis(yaxis.range, margin.t, high, true)};
    const papers = {x: axis([0, 1], margin.l, wide), y: axis([0, 1], margin.t, high, true)};
    const along = (of, which, value) => (of === "paper" ? papers : scales)[which](value);
    const drawn = shapes.map((shape, key) => [shape.layer === "below", shaped(shape, key, along, meta)]);
    return [part("g", "below", {}, ...drawn.filter(([below]) => below).map(([, one]) => one)),
      ...grid(yaxis, margin.l, width - margin.r, scales.y), ...traces(data, scales.x, scales.y),
      part("g", "above", {}, ...drawn.filter(([below]) => !below).map(([, one]) => one)),
      ...beside(yaxis, margin.l, scales.y), ...beneath(xaxis, scales.x, height - margin.b),
      ...annotations.map((one, key) => note(one, along, `note-${key}`))];
  }

  /* The width that a box has, anew whenever it changes; what was guessed until it stands. */
  function useWidth(guess, asked) {
    const box = useRef(null), [width, measured] = useState(guess);
    useLayoutEffect(() => {
      if (!asked) return undefined;
      const measure = () => box.current.clientWidth && measured(box.current.clientWidth);
      const observer = new ResizeObserver(measure);
      measure();
      observer.observe(box.current);
      return () => observer.disconnect();
    }, [asked]);
    return [box, asked ? width : guess];
  }

  const Chart = memo(({figure, className, style, responsive}) => {
    const [box, width] = useWidth(figure.layout.width, Boolean(responsive)), {height} = figure.layout;
    return part("div", null, {className, style, ref: box}, part("svg", null, {className: "drawing", width, height, viewBox: `0 0 ${width} ${height}`,
      "aria-hidden": true}, drawing({...figure, layout: {...figure.layout, width}})));
  });

  window.tonglan = Object.assign(window.tonglan || {}, {Chart});
})();
