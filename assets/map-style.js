/* What the map looks like: colours from the page's tokens, marks drawn on a canvas, layers.
   Lengths are units (1/1080 of the wall's height): map.js scales the whole map to the screen. */
(() => {
  "use strict";

  /* The first name is no font's and tells the weight, the others are those of --sans. */
  const FONT = ["Bold", "Noto Sans SC Variable", "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "PingFang SC",
    "Microsoft YaHei"];
  const FACE = '700 24px "Noto Sans SC Variable"';
  const LEAST = 14, LEAST_PX = 11;   // no letters are smaller, in units nor on a small screen
  const FIGURES = "0123456789.k万—";
  const LAYER = "region";
  const SEQUENCE = ["--seq-1", "--seq-2", "--seq-3", "--seq-4", "--seq-5", "--seq-6"];
  const TARGET = ["--div-1", "--div-2", "--div-3", "--div-0", "--div-4", "--div-5", "--div-6"];
  const TARGET_OFFSET = 10;   // a target's classes as feature state: 11 … 17; a sequence's: 1 … 6
  const HATCH = 8;
  const NOTHING = ["in", ["id"], ["literal", []]];

  /* The smallest letters, in units, where one is so many pixels. */
  const least = unit => Math.max(LEAST, LEAST_PX / unit);

  const token = name => window.tonglan.colour(name);

  /* Marks: outline, radius, fill, stroke. A mark of several is a little larger, with their number beside it. */
  const outlines = {
    diamond: (c, r) => { c.moveTo(0, -r); c.lineTo(r, 0); c.lineTo(0, r); c.lineTo(-r, 0); c.closePath(); },
    triangle: (c, r) => { c.moveTo(0, -r); c.lineTo(r * 1.08, r * 0.86); c.lineTo(-r * 1.08, r * 0.86); c.closePath(); },
    square: (c, r) => c.rect(-r, -r, 2 * r, 2 * r),
    circle: (c, r) => c.arc(0, 0, r, 0, 2 * Math.PI),
    /* A vehicle points to where it is heading: north, until the map turns it. */
    dart: (c, r) => { c.moveTo(0, -r); c.lineTo(0.74 * r, 0.82 * r); c.lineTo(0, 0.42 * r); c.lineTo(-0.74 * r, 0.82 * r); c.closePath(); },
    cross: (c, r) => { c.moveTo(-r, -r); c.lineTo(r, r); c.moveTo(r, -r); c.lineTo(-r, r); },
  };
  const sizes = (name, shape, radii, paint) => radii.map((radius, at) => ({name: `${name}-${at + 1}`, shape, radius, ...paint}));
  const VEHICLES = [{state: "running", fill: "--accent"}, {state: "stale", fill: "--halo", stroke: "--accent", width: 1.2}];
  const MARKS = [
    ...sizes("overdue", "diamond", [7.5, 9], {fill: "--bad"}),
    ...sizes("due_soon", "triangle", [6, 7.5], {fill: "--watch"}),
    ...sizes("open", "circle", [2.6, 4.2], {fill: "--halo", stroke: "--text-2", width: 1.3}),
    ...sizes("alarm", "square", [5, 6.5], {fill: "--watch"}),
    ...sizes("watch", "square", [2.8, 2.8], {fill: "--halo", stroke: "--watch", width: 1.4}),
    ...sizes("offline", "cross", [3.8, 3.8], {stroke: "--dead", width: 1.9}),
    ...VEHICLES.flatMap(({state, ...paint}) => [
      {name: `vehicle-${state}-heading`, shape: "dart", radius: 8.5, ...paint}, {name: `vehicle-${state}`, shape: "circle", radius: 4.6, ...paint}]),
    ...sizes("ok", "circle", [1.5, 1.5], {fill: "--text-3"}),
  ];
  const CASING = 1.5;

  function drawn(mark, ratio) {
    const half = Math.ceil((mark.radius * 1.12 + (mark.width || 0) + CASING + 1) * ratio);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 2 * half;
    const c = canvas.getContext("2d");
    c.translate(half, half);
    c.scale(ratio, ratio);
    c.lineJoin = "round";
    c.beginPath();
    outlines[mark.shape](c, mark.radius);
    c.strokeStyle = token("--halo");
    c.lineWidth = (mark.width || 0) + 2 * CASING;
    c.stroke();
    if (mark.fill) { c.fillStyle = token(mark.fill); c.fill(); }
    if (mark.stroke) { c.strokeStyle = token(mark.stroke); c.lineWidth = mark.width; c.stroke(); }
    return {data: c.getImageData(0, 0, 2 * half, 2 * half), ratio};
  }

  function hatched(ratio) {
    const side = Math.max(2, Math.round(HATCH * ratio));
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = side;
    const c = canvas.getContext("2d");
    c.strokeStyle = token("--line-strong");
    c.lineWidth = side / 5;
    for (const shift of [-side, 0, side]) {
      c.beginPath();
      c.moveTo(shift - side, 2 * side);
      c.lineTo(shift + 2 * side, -side);
      c.stroke();
    }
    return {data: c.getImageData(0, 0, side, side), ratio: side / HATCH};
  }

  /* Put every mark on the map, anew when the theme or the screen's scale has changed. */
  function images(map, ratio) {
    const all = [...MARKS.map(mark => [mark.name, drawn(mark, ratio)]), ["hatch", hatched(ratio)]];
    for (const [name, image] of all) {
      if (map.hasImage(name)) map.removeImage(name);
      map.addImage(name, image.data, {pixelRatio: image.ratio});
    }
  }

  const classColour = () => ["match", ["to-number", ["coalesce", ["feature-state", "class"], 0]],
    ...SEQUENCE.flatMap((name, at) => [at + 1, token(name)]),
    ...TARGET.flatMap((name, at) => [TARGET_OFFSET + at + 1, token(name)]),
    token("--land-none")];

  const sized = name => ["step", ["get", "n"], `${name}-1`, 2, `${name}-2`];

  /* A gathered mark's number, briefly: 2.5k, 1.2万. */
  const brief = (size, word) => ["concat", ["number-format", ["/", ["get", "n"], size], {locale: "en", "max-fraction-digits": 1}], word];
  const count = language => ["case", ["any", ["<", ["get", "n"], 2], ["all", ["has", "region"], ["==", ["get", "state"], "due_soon"]]], "",
    ...(language === "zh" ? [[">=", ["get", "n"], 10000], brief(10000, "万")] : [[">=", ["get", "n"], 1000], brief(1000, "k")]),
    ["to-string", ["get", "n"]]];

  /* Far out, where a mark stands for a region's cases, it grows with them, and only the late say how many. */
  const far = ["case", ["has", "region"], ["interpolate", ["linear"], ["sqrt", ["get", "n"]], 1, 0.6, 40, 1.1], 1];

  /* A layer of cases of one state; far out only those of these regions, or of all. */
  const cases = (state, inside) => ["all", ["==", ["get", "state"], state],
    ...(inside ? [["any", ["!", ["has", "region"]], ["in", ["get", "region"], ["literal", inside]]]] : [])];

  const RADIUS = 24;          // of a case's warmth, in units
  const KERNEL = 0.3989 * 2 * Math.PI * (RADIUS / 3) ** 2;   // what evenly spread cases of one a square unit add up to
  const EARTH_KM = 40075.017;

  /* So intense that the heat is the cases per km², as a share of `top`; exact at every zoom. */
  function intensity(top, latitude) {
    const at = zoom => 1 / (top * KERNEL * (EARTH_KM * Math.cos(latitude * Math.PI / 180) / (512 * 2 ** zoom)) ** 2);
    return ["interpolate", ["exponential", 4], ["zoom"], 6, at(6), 18, at(18)];
  }

  /* Each class's colour stands in the middle of its class; the lowest fades into the ground. */
  const warmth = () => ["interpolate", ["linear"], ["heatmap-density"],
    0, token(SEQUENCE[0]).replace(")", ", 0)"),     // clear, but of that colour: fading to black would cast a shadow
    ...SEQUENCE.flatMap((name, at) => [(at + 0.5) / SEQUENCE.length, token(name)])];

  const heatLayer = () => ({
    id: "heat", type: "heatmap", source: "heat", "source-layer": "heat", layout: {visibility: "none"},
    paint: {"heatmap-weight": ["get", "n"], "heatmap-radius": RADIUS, "heatmap-color": warmth()}});

  /* Near by, where buildings stand, regions lie flat: they would be buried in them. */
  const solidLayers = (levels, buildings) => Array.from({length: levels}, (_, n) => ({
    id: `solid-${n}`, type: "fill-extrusion", source: `region-${n}`, "source-layer": LAYER, layout: {visibility: "none"},
    filter: NOTHING, ...(buildings ? {maxzoom: buildings[0]} : {}),
    paint: {"fill-extrusion-color": classColour(), "fill-extrusion-height": ["coalesce", ["feature-state", "height"], 0]}}));

  function regionLayers(levels) {
    const numbers = Array.from({length: levels}, (_, level) => level);
    const layer = (kind, level, type, paint, extra = {}) => ({
      id: `${kind}-${level}`, type, source: `region-${level}`, "source-layer": LAYER,
      layout: {visibility: "none", ...(type === "line" ? {"line-join": "round"} : {})}, paint, ...extra});
    const each = make => numbers.map(make);
    return [
      {...layer("land", 0, "fill", {"fill-color": token("--land-out")}), layout: {}},
      ...each(n => layer("fill", n, "fill", {"fill-color": classColour()})),
      ...each(n => layer("hatch", n, "fill", {"fill-pattern": "hatch"}, {filter: NOTHING})),
      heatLayer(),
      ...each(n => layer("border", n, "line", {"line-color": token("--border-1"), "line-width": 0.9})),
      ...each(n => layer("parent", n, "line", {"line-color": token("--border-2"), "line-width": 1.3}, {filter: NOTHING})),
      ...each(n => layer("hover", n, "line", {"line-color": token("--text-1"), "line-width": 2,
        "line-opacity": ["case", ["boolean", ["feature-state", "hover"], false], 1, 0]})),
      ...each(n => layer("casing", n, "line", {"line-color": token("--halo"), "line-width": 7}, {filter: NOTHING})),
      ...each(n => layer("picked", n, "line", {"line-color": token("--accent"), "line-width": 3.5}, {filter: NOTHING})),
    ];
  }

  /* Over the marks, so that those outside the scope step back. */
  const veilLayers = levels => Array.from({length: levels}, (_, n) => ({
    id: `veil-${n}`, type: "fill", source: `region-${n}`, "source-layer": LAYER, layout: {visibility: "none"},
    paint: {"fill-antialias": false, "fill-color": token("--land-out"),
      "fill-opacity": ["case", ["==", ["feature-state", "class"], null], 0.82, 0]}}));

  const houses = (id, type, paint) => ({id, type, source: "building", "source-layer": "building", layout: {visibility: "none"}, paint});
  const footprintLayer = () => houses("building", "fill", {"fill-color": token("--text-1"), "fill-opacity": 0.16});
  const buildingLayer = () => houses("building-solid", "fill-extrusion", {
    "fill-extrusion-color": token("--text-2"), "fill-extrusion-height": ["get", "height"]});

  function lotLayers() {
    const layer = (id, paint, zooms) => ({
      id, type: "circle", source: "lot", "source-layer": "lot", layout: {visibility: "none"}, ...zooms,
      paint: {"circle-color": token("--text-1"), ...paint}});
    return [
      layer("lot-density", {"circle-radius": 2.6,
        "circle-opacity": ["interpolate", ["linear"], ["sqrt", ["get", "n"]], 1, 0.12, 12, 0.8]}, {maxzoom: 15}),
      layer("lot-single", {"circle-radius": ["interpolate", ["linear"], ["zoom"], 15, 1.4, 18, 3.5], "circle-opacity": 0.75,
        "circle-stroke-width": 0.8, "circle-stroke-color": token("--halo")}, {minzoom: 15}),
    ];
  }

  function markLayer(id, source, property, value, numbered) {
    const icon = {"icon-image": sized(value), "icon-allow-overlap": true,
      "icon-offset": value === "due_soon" ? ["case", ["has", "region"], ["literal", [0, 17]], ["literal", [0, 0]]] : [0, 0]};
    const number = numbered ? {"icon-size": far, "text-field": count("zh"), "text-font": FONT, "text-size": LEAST, "text-anchor": "left",
      "text-offset": [0.8, 0], "text-optional": true, "text-padding": 1, "symbol-sort-key": ["-", ["get", "n"]]} : {};
    return {id, type: "symbol", source, "source-layer": source, filter: ["==", ["get", property], value],
      layout: {...icon, ...number},
      paint: numbered ? {"text-color": token("--text-1"), "text-halo-color": token("--halo"), "text-halo-width": 1.8} : {}};
  }

  const ofVehicle = part => ["case", ["==", ["get", "state"], "stale"], part(VEHICLES[1]), part(VEHICLES[0])];

  /* A vehicle's line; of one that is late also by how many minutes. */
  const lineName = () => ["step", ["zoom"], "", 14, ["format", ["coalesce", ["get", "line"], ""], {},
    ["case", ["==", ["get", "state"], "late"], ["concat", " +", ["round", ["/", ["get", "delay"], 60]], "′"], ""],
    {"text-color": token("--watch")}]];

  /* Near by each vehicle points where it goes and bears its line; far out there is a dot in each small square. */
  const vehicleLayers = () => [
    {id: "vehicle-far", type: "circle", source: "vehicle", "source-layer": "vehicle", maxzoom: 12, layout: {visibility: "none"},
      paint: {"circle-radius": ["interpolate", ["linear"], ["zoom"], 8, 1.5, 12, 2.6], "circle-stroke-width": 0.8,
        "circle-color": token("--accent"), "circle-opacity": ofVehicle(one => (one.stroke ? 0.45 : 1)), "circle-stroke-color": token("--halo")}},
    {id: "vehicle", type: "symbol", source: "vehicle", "source-layer": "vehicle", minzoom: 12,
      layout: {visibility: "none", "icon-allow-overlap": true, "icon-rotation-alignment": "map", "icon-rotate": ["coalesce", ["get", "bearing"], 0],
        "icon-image": ["case", ["has", "bearing"], ofVehicle(one => `vehicle-${one.state}-heading`), ofVehicle(one => `vehicle-${one.state}`)],
        "icon-size": ["interpolate", ["linear"], ["zoom"], 12, 0.7, 14, 1],
        "text-field": lineName(), "text-font": FONT, "text-size": LEAST,
        "text-anchor": "left", "text-offset": [0.8, 0], "text-optional": true, "text-padding": 1},
      paint: {"text-color": token("--text-1"), "text-halo-color": token("--halo"), "text-halo-width": 1.8}},
  ];

  const markLayers = vehicles => [
    {...markLayer("ok", "device", "health", "ok"), minzoom: 13},
    {...markLayer("watch", "device", "health", "watch"), minzoom: 12},
    markLayer("open", "case", "state", "open"),
    ...(vehicles ? vehicleLayers() : []),
    markLayer("overdue", "case", "state", "overdue", true),
    markLayer("due_soon", "case", "state", "due_soon", true),
    markLayer("offline", "device", "health", "offline"),
    markLayer("alarm", "device", "health", "alarm", true),
  ];

  const grave = () => ["match", ["get", "tone"], "bad", token("--bad"), "watch", token("--watch"), token("--text-2")];

  /* Where a warning holds: a breath of its colour, and a line around it that can be pressed. */
  const warningLayers = () => [
    {id: "warning", type: "fill", source: "warning", layout: {}, paint: {"fill-color": grave(), "fill-opacity": 0.16}},
    {id: "warning-line", type: "line", source: "warning", layout: {"line-join": "round"},
      paint: {"line-color": grave(), "line-width": 2.2, "line-dasharray": [3, 1.5]}},
  ];

  function labelLayer() {
    return {id: "label", type: "symbol", source: "label",
      layout: {
        "text-field": ["format", ["get", "name"], {}, "\n", {}, ["get", "value"],
          {"font-scale": ["get", "small"], "text-color": ["case", ["get", "stale"], token("--text-3"), token("--text-1")]}],
        "text-font": FONT, "text-size": ["get", "size"], "text-line-height": 1.1, "text-max-width": ["get", "broad"], "text-padding": 3,
        "symbol-sort-key": ["get", "rank"]},
      paint: {"text-color": token("--text-1"), "text-halo-color": token("--halo"), "text-halo-width": 2.4}};
  }

  /* `building` and `vehicle` are the zooms of their tiles, where the city has any. */
  const layers = (levels, {building: buildings, vehicle: vehicles}) => [
    {id: "water", type: "background", paint: {"background-color": token("--water")}},
    ...regionLayers(levels), ...(buildings ? [footprintLayer()] : []), ...lotLayers(), ...warningLayers(), ...markLayers(vehicles), ...veilLayers(levels),
    ...solidLayers(levels, buildings), ...(buildings ? [buildingLayer()] : []), labelLayer()];

  window.tonglan = Object.assign(window.tonglan || {}, {mapStyle: {layers, images, cases, count, intensity, NOTHING, TARGET_OFFSET, FACE, FIGURES, least}});
})();
