/* The map: draws the state that the server puts into #map-state, applying only what differs, and reports
   clicks to #map-click and the view to #map-view. No request leaves our own server. */
(() => {
  "use strict";

  const MAP = "map", CLICK = "map-click", VIEW = "map-view", KEY = "map-key", OVER = ".stage-over";
  const HERE = document.currentScript.src;
  const LIBRARY = new URL(document.querySelector('meta[name="library-map"]')?.content || "vendor/maplibre-gl.mjs", HERE).href;
  const TILES = new URL("../tiles/", HERE).href;
  const PROTOCOL = "city";
  const MARKS = ["alarm", "overdue", "due_soon", "vehicle", "offline", "watch", "open", "vehicle-far", "ok", "lot-single", "warning-line"];
  const GATHERED = ["overdue", "due_soon"];
  const NUMBERED = ["overdue", "due_soon", "alarm"];
  const SHOWN_WITH = {alarm: ["alarm", "watch"], offline: ["offline", "ok"], lot: ["lot-density", "lot-single"],
    vehicle: ["vehicle", "vehicle-far"]};
  const POINTS = ["case", "device", "lot", "heat"];
  const PITCH = 50;
  const RISE = 0.08;           // the highest region's height, as a share of the scope's width
  const FLY_MS = 600;
  const RETRY_MS = [1000, 2000, 4000, 8000, 15000, 30000];
  const REACH = 5;             // units around the pointer in which a mark is meant
  const NARROW = 500;          // units: a map on a phone
  const LONG = 14;             // a name of more letters, a Chinese one counting as two
  const EDGE = 30;             // units kept free around what is looked at
  const CLEAR = 12;            // units between it and what lies over the map
  const LOST_MS = 2500;        // a lost graphics context that has not come back by then is given up
  const TOGETHER_MS = 250;
  const LARGEST = [16384, 16384];
  const LETTERS_MS = 3000;     // letters that have not come by then are drawn with a font of the system
  const EMPTY = {type: "FeatureCollection", features: []};
  const style = window.tonglan.mapStyle;
  const pen = document.createElement("canvas").getContext("2d");
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const companies = {};        // by layer: how many of its tiles are coming, and who waits for them
  let wanted = null;           // the newest state
  let shown = null;            // the state that is drawn
  let warned = EMPTY;          // the areas of warnings
  let moving_mark = null;      // under which mark vehicles are asked for: they move more often than the rest is painted
  let picture = null;          // {root, plane, map, svg, tip, note, ready}
  let hidden = null;           // layers that this viewer has hidden
  let moved = false;           // whether the viewer has moved the map since it last flew
  let unit = 1;                // CSS pixels of one unit
  let hovered = null;
  let along = null;            // moves the callouts with the map
  let failures = 0;            // how often the library could not be fetched
  let lettering = 0;           // labels that wait for their letters
  const waiting = new Set();   // tiles that the server has not given yet

  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const tell = (id, data) => window.dash_clientside.set_props(id, {data: {...data, t: Date.now()}});
  const address = (layer, version) => [`${PROTOCOL}://${layer}/{z}/{x}/{y}/${encodeURIComponent(version)}`];
  const version = (state, layer) => layer === "vehicle" ? moving_mark || "0" : state.tiles[layer.startsWith("region-") ? "region" : layer];
  const others = state => [...POINTS, ...["building", "vehicle"].filter(layer => state.zooms[layer])];
  const regionSources = state => Array.from({length: state.levels}, (_, level) => `region-${level}`);

  /* --- the map's element and its scale ------------------------------------------------------------ */

  function made(parent, tag, className) {
    const element = document.createElement(tag);
    element.className = className;
    parent.appendChild(element);
    return element;
  }

  function build(root) {
    sized = "";
    root.replaceChildren();
    root.removeAttribute("data-idle");
    const plane = made(root, "div", "map-plane");
    const canvas = made(plane, "div", "map-canvas");
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("class", "map-callouts");
    plane.appendChild(svg);
    const ring = made(plane, "div", "map-ring");
    ring.hidden = true;
    const tip = made(plane, "div", "map-tip");
    tip.hidden = true;
    const note = made(root, "div", "map-note");
    note.setAttribute("role", "status");
    return {root, plane, canvas, svg, ring, tip, note, map: null, ready: false, lettered: null, told: ""};
  }

  /* The map is laid out in units and scaled to the screen, so that it looks the same on every wall. */
  function scale() {
    const {root, plane} = picture;
    unit = parseFloat(getComputedStyle(document.documentElement).fontSize) / 10 || 1;
    plane.style.width = `${root.clientWidth / unit}px`;
    plane.style.height = `${root.clientHeight / unit}px`;
    plane.style.transform = unit === 1 ? "none" : `scale(${unit})`;
  }

  const ratio = () => (window.devicePixelRatio || 1) * unit;
  const field = () => ({width: picture.plane.clientWidth, height: picture.plane.clientHeight});

  let sized = "";              // what the map was last scaled to

  function resized() {
    if (!picture || !picture.root.clientWidth) return;
    const before = unit;
    scale();
    if (!picture.map) return;
    const now = [picture.root.clientWidth, picture.root.clientHeight, ratio()].join();
    if (now !== sized) {
      sized = now;
      picture.map.setPixelRatio(ratio());
      picture.map.resize();
      picture.told = "";
    }
    if (picture.ready && unit !== before) {
      style.images(picture.map, ratio());
      lettersSized(picture.map);
      if (shown) labels(picture.map, shown);
    }
    if (picture.ready && !moved) fit(0);
    callouts();
  }

  /* What lies over the map changes its size with every picture: its numbers are painted before the map makes room. */
  let resizing = null;
  const measured = () => { resizing ??= setTimeout(() => { resizing = null; resized(); }); };

  /* A box of the page in the map's units, or null where it shows nothing. */
  function boxOf(element) {
    if (!element || !element.offsetParent) return null;
    const box = element.getBoundingClientRect(), map = picture.root.getBoundingClientRect();
    if (!box.width || !box.height) return null;
    const part = (value, start) => (value - start) / unit;
    return {left: part(box.left, map.left), right: part(box.right, map.left),
      top: part(box.top, map.top), bottom: part(box.bottom, map.top)};
  }

  /* --- making the map ----------------------------------------------------------------------------- */

  function sources(state) {
    const vector = layer => ({type: "vector", tiles: address(layer, version(state, layer)),
      minzoom: state.zooms[layer][0], maxzoom: state.zooms[layer][1]});
    const all = [...regionSources(state), ...others(state)].map(layer => [layer, vector(layer)]);
    return {...Object.fromEntries(all), label: {type: "geojson", data: EMPTY},
      warning: {type: "geojson", data: warned}};
  }

  async function create(root) {
    const mine = picture = build(root);
    scale();
    let library;
    try {
      [library] = await Promise.all([import(imported()), letters(style.FIGURES)]);
    } catch (error) {
      failures += 1;
      later(mine);
      return;
    }
    if (picture !== mine) return;
    library.addProtocol(PROTOCOL, tile);
    try {
      mine.map = new library.Map({
        container: mine.canvas, attributionControl: false, pixelRatio: ratio(), maxCanvasSize: LARGEST, trackResize: false,
        dragRotate: false, pitchWithRotate: false, touchPitch: false, maxZoom: 18, minZoom: 3, renderWorldCopies: false,
        fadeDuration: 0, style: {version: 8, sources: sources(wanted), layers: style.layers(wanted.levels, wanted.zooms)},
        bounds: wanted.focus.bounds || wanted.home, fitBoundsOptions: {padding: EDGE}, validateStyle: false,
      });
    } catch (error) {
      say(wanted.words.no_webgl);
      return;
    }
    listen(mine);
  }

  /* A browser may remember that a module could not be fetched: after a failure it has another address. */
  const imported = () => failures ? `${LIBRARY}${LIBRARY.includes("?") ? "&" : "?"}again=${failures}` : LIBRARY;

  /* The line was cut while the map's own code was on its way: begin again by itself. */
  function later(mine) {
    if (picture !== mine) return;
    say(wanted.words.unavailable);
    setTimeout(() => restart(mine), RETRY_MS[2]);
  }

  function restart(old) {
    if (picture !== old) return;
    const root = old.root;
    if (old.map) old.map.remove();
    picture = shown = along = null;
    if (root.isConnected) create(root);
  }

  function listen(mine) {
    const map = mine.map;
    map.touchZoomRotate.disableRotation();
    map.keyboard.disableRotation();
    style.images(map, ratio());
    map.once("style.load", () => { mine.ready = true; sync(); });
    map.on("error", event => {
      if (/worker/i.test(event.error?.message || "")) later(mine); else console.error(event.error);
    });
    map.on("movestart", event => { if (event.originalEvent) moved = true; });
    map.on("move", moving);
    map.on("idle", () => { lettered(mine); settled(mine); });
    map.on("moveend", () => { callouts(); const at = map.getCenter(); tell(VIEW, {lon: at.lng, lat: at.lat, zoom: map.getZoom()}); });
    map.on("click", event => clicked(map, event));
    map.on("mousemove", event => hover(map, event));
    map.on("mouseout", () => hover(map, null));
    map.on("webglcontextlost", () => setTimeout(() => {
      if (picture === mine && map.getCanvas().getContext("webgl2")?.isContextLost()) restart(mine);
    }, LOST_MS));
    map.getCanvas().setAttribute("role", "application");
  }

  /* --- applying a state --------------------------------------------------------------------------- */

  function sync() {
    if (!picture || !picture.ready || !wanted) return;
    const map = picture.map, state = wanted, before = shown;
    if (before && (before.levels !== state.levels || !same(before.zooms, state.zooms))) return restart(picture);
    shown = state;
    if (!before) map.getSource("warning").setData(warned);
    versions(map, state, before);
    paint(map, state, before);
    if (!before || !same(before.labels, state.labels)) labels(map, state);
    if (before && !same(before.focus, state.focus)) picture.lettered = null;
    numbers(map, state, before);
    for (const name of GATHERED) refilter(map, name, style.cases(name, state.inside));
    visibility(map, state);
    map.getCanvas().setAttribute("aria-label", state.words.label);
    if (!before || before.focus.id !== state.focus.id || !same(before.focus.bounds, state.focus.bounds)
      || before.mode !== state.mode) {
      moved = false;
      fit(before ? FLY_MS : 0);
    }
    callouts();
    if (!map.loaded() || lettering) picture.root.removeAttribute("data-idle");
  }

  /* The map's element says when all that the newest state asks for is drawn, for who takes pictures of it. */
  function settled(mine) {
    if (picture === mine && mine.ready && shown === wanted && !lettering) mine.root.dataset.idle = "";
  }

  function versions(map, state, before) {
    if (!before) return;
    for (const source of [...regionSources(state), ...others(state).filter(layer => layer !== "vehicle")]) {
      if (version(before, source) !== version(state, source)) map.getSource(source).setTiles(address(source, version(state, source)));
    }
  }

  /* Where warnings hold has changed. */
  function warn(areas) {
    warned = areas || EMPTY;
    const source = picture && picture.ready && picture.map.getSource("warning");
    if (source) source.setData(warned);
  }

  /* Vehicles alone have moved. */
  function move(mark) {
    if (mark === moving_mark) return;
    moving_mark = mark;
    const source = picture && picture.ready && picture.map.getSource("vehicle");
    if (source) source.setTiles(address("vehicle", version(shown, "vehicle")));
  }

  const show = (map, layer, on) => {
    const now = on ? "visible" : "none";
    if (map.getLayoutProperty(layer, "visibility") !== now) map.setLayoutProperty(layer, "visibility", now);
  };
  const ids = list => ["in", ["id"], ["literal", list]];
  const refilter = (map, layer, filter) => { if (!same(map.getFilter(layer), filter)) map.setFilter(layer, filter); };

  /* Under the heat nothing is coloured, and among heights nothing steps back. */
  const on = (kind, mode) => !(mode === "heat" && kind === "hatch") && !(mode === "3d" && kind === "veil");

  const set = (map, layer, name, value) => { if (!same(map.getPaintProperty(layer, name), value)) map.setPaintProperty(layer, name, value); };

  function paint(map, state, before) {
    const level = state.paint.level;
    const names = state.labels.filter(label => label.level !== level);
    const parents = names.length ? names[0].level : state.focus.level;
    for (let n = 0; n < state.levels; n++) {
      for (const kind of ["fill", "hatch", "border", "veil", "hover"]) show(map, `${kind}-${n}`, n === level && on(kind, state.mode));
      show(map, `solid-${n}`, n === level && state.mode === "3d");
      const chosen = n === parents ? (names.length ? names.map(label => label.id) : [state.focus.id]) : n === state.focus.level
        && !state.focus.leaf ? [state.focus.id] : [];
      refilter(map, `parent-${n}`, chosen.length ? ids(chosen) : style.NOTHING);
      show(map, `parent-${n}`, chosen.length > 0);
      const picked = state.focus.leaf && n === state.focus.level;
      for (const kind of ["casing", "picked"]) {
        refilter(map, `${kind}-${n}`, picked ? ids([state.focus.id]) : style.NOTHING);
        show(map, `${kind}-${n}`, picked);
      }
    }
    classes(map, state, before);
    heat(map, state);
    if (state.mode === "3d") heights(map, state, before);
  }

  /* Regions stay there to be pointed at, but lend the heat no colour. */
  function heat(map, state) {
    set(map, `fill-${state.paint.level}`, "fill-opacity", state.heat ? 0 : 1);
    show(map, "heat", Boolean(state.heat));
    const [, south, , north] = state.home;
    if (state.heat) set(map, "heat", "heatmap-intensity", style.intensity(state.heat.top, (south + north) / 2));
  }

  function heights(map, state, before) {
    const level = state.paint.level, [west, south, east, north] = state.focus.bounds || state.home;
    const metres = RISE * Math.max((east - west) * Math.cos((south + north) * Math.PI / 360), north - south) * 111320;
    const kept = before && before.mode === "3d" && before.paint.level === level && same(before.focus, state.focus) ? before.paint.heights : {};
    for (const [id, share] of Object.entries(state.paint.heights)) {
      if (kept[id] !== share) map.setFeatureState({source: `region-${level}`, sourceLayer: "region", id: Number(id)}, {height: share * metres});
    }
    for (const id of Object.keys(kept)) {
      if (!(id in state.paint.heights)) map.removeFeatureState({source: `region-${level}`, sourceLayer: "region", id: Number(id)}, "height");
    }
    refilter(map, `solid-${level}`, ids(Object.keys(state.paint.heights).map(Number)));
  }

  const lettersSized = map => [...NUMBERED, "vehicle"].filter(layer => map.getLayer(layer))
    .forEach(layer => map.setLayoutProperty(layer, "text-size", style.least(unit)));

  function numbers(map, state, before) {
    if (!before) lettersSized(map);
    if (before && before.language === state.language) return;
    for (const layer of NUMBERED) map.setLayoutProperty(layer, "text-field", style.count(state.language));
  }

  function classes(map, state, before) {
    const level = state.paint.level, source = `region-${level}`;
    const offset = state.paint.scale === "target" ? style.TARGET_OFFSET : 0;
    const kept = before && before.paint.level === level ? before.paint : {classes: {}, scale: state.paint.scale};
    if (before && before.paint.level !== level) map.removeFeatureState({source: `region-${before.paint.level}`, sourceLayer: "region"});
    const feature = id => ({source, sourceLayer: "region", id: Number(id)});
    for (const [id, of] of Object.entries(state.paint.classes)) {
      if (kept.classes[id] !== of || kept.scale !== state.paint.scale) map.setFeatureState(feature(id), {class: of > 0 ? of + offset : of});
    }
    for (const id of Object.keys(kept.classes)) {
      if (!(id in state.paint.classes)) map.removeFeatureState(feature(id), "class");
    }
    const empty = Object.entries(state.paint.classes).filter(([, of]) => of === -1).map(([id]) => Number(id));
    refilter(map, `hatch-${level}`, empty.length ? ids(empty) : style.NOTHING);
  }

  /* Fewer and shorter names are larger: 24 units for a handful, 16 for a crowd; on a phone none is over 19. A long one among a
     handful needs room beside the others. */
  const wide = name => [...name].reduce((sum, letter) => sum + (letter > "\u2e80" ? 2 : 1), 0);

  function labelSize(all) {
    const breadths = all.map(label => wide(label.name)).sort((a, b) => a - b), middle = breadths[all.length >> 1] || 0;
    const handful = all.length <= 12 && middle <= 12 && field().width > NARROW;
    return handful ? (breadths.at(-1) > LONG ? 21 : 24) : all.length <= 30 && middle <= 18 ? 19 : 16;
  }

  /* How many of its letters' heights a label may be broad, its value counted with it: a Chinese name stands in one line unless
     it is long. */
  const broad = name => name < "\u2e80" ? 9 : wide(name) > LONG ? 7.5 : 20;

  /* The map draws a letter once and keeps it, so the pieces of the font that hold these must be there before. */
  const letters = text => Promise.race([
    document.fonts.load(style.FACE, text).catch(() => null), new Promise(done => setTimeout(done, LETTERS_MS))]);

  async function labels(map, state) {
    const size = labelSize(state.labels);
    lettering++;
    await letters(state.labels.map(label => label.name + label.value).join(""));
    lettering--;
    if (!picture || picture.map !== map || !shown || !same(shown.labels, state.labels)) return;
    map.getSource("label").setData({type: "FeatureCollection", features: state.labels.map((label, rank) => ({
      type: "Feature", id: label.id, geometry: {type: "Point", coordinates: [label.lon, label.lat]},
      properties: {name: label.name, value: label.value, code: label.code, stale: label.stale, size, rank,
        broad: broad(label.name), small: Math.max(0.72, style.least(unit) / size)}}))});
  }

  function visibility(map, state) {
    if (hidden === null) hidden = new Set(state.hidden);
    for (const layer of ["overdue", "due_soon", "open", "alarm", "offline", "lot"]) {
      for (const part of SHOWN_WITH[layer] || [layer]) show(map, part, state.mode === "flat" && !hidden.has(layer));
    }
    for (const part of ["warning", "warning-line"]) show(map, part, !hidden.has("warning"));
    if (state.zooms.vehicle) for (const part of SHOWN_WITH.vehicle) show(map, part, state.mode === "flat" && !hidden.has("vehicle"));
    if (state.zooms.building) {
      show(map, "building", state.mode === "flat" && !hidden.has("building"));
      show(map, "building-solid", state.mode === "3d" && !hidden.has("building"));
    }
    pressed();
  }

  function pressed() {
    if (hidden) for (const button of document.querySelectorAll(`#${KEY} [data-layer]`)) {
      button.setAttribute("aria-pressed", String(!hidden.has(button.dataset.layer)));
    }
  }

  /* The way to draw the map is an address; it is gone to without loading the page anew. */
  function redrawn(event) {
    const link = event.target.closest && event.target.closest(`#${KEY} .map-modes a`);
    if (!link || !window.tonglan.go || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    window.tonglan.go(link.getAttribute("href"));
  }

  function toggled(event) {
    const button = event.target.closest && event.target.closest(`#${KEY} [data-layer]`);
    if (!button || !hidden || !picture || !picture.ready) return;
    const layer = button.dataset.layer;
    if (!hidden.delete(layer)) hidden.add(layer);
    visibility(picture.map, wanted);
  }

  /* --- the camera --------------------------------------------------------------------------------- */

  /* What lies over the map takes its left side or its top, whichever leaves the place larger. */
  function camera() {
    const bounds = wanted.focus.bounds || wanted.home, size = field(), over = boxOf(document.querySelector(OVER));
    const key = boxOf(document.getElementById(KEY));
    const around = {top: EDGE, right: EDGE, bottom: key ? size.height - key.top + EDGE / 2 : EDGE, left: EDGE};
    const tries = over ? [{...around, left: Math.max(EDGE, over.right + CLEAR)}, {...around, top: Math.max(EDGE, over.bottom + CLEAR)}]
      : [around];
    const fits = tries.filter(p => size.width - p.left - p.right > 60 && size.height - p.top - p.bottom > 60);
    const cameras = (fits.length ? fits : [{top: 0, right: 0, bottom: 0, left: 0}])
      .map(padding => wanted.mode === "3d" ? window.tonglan.mapCamera.aslant(bounds, size, padding, PITCH, RISE)
        : picture.map.cameraForBounds(bounds, {padding})).filter(Boolean);
    const best = cameras.reduce((before, next) => (!before || next.zoom > before.zoom + 0.02 ? next : before), null);
    const parts = wanted.focus.parts, aslant = wanted.mode === "3d";
    if (!best || !over || !parts.length) return best;
    const clear = {left: over.left, top: over.top, right: over.right + CLEAR, bottom: over.bottom + CLEAR};
    return window.tonglan.mapCamera.beside(placed(best), parts, size, around, clear, aslant ? PITCH : 0, aslant ? RISE : 0) || best;
  }

  const placed = ({center, zoom}) => ({center: Array.isArray(center) ? center : [center.lng, center.lat], zoom});

  function fit(duration) {
    const to = camera();
    if (!to) return;
    picture.root.removeAttribute("data-idle");   // whatever the camera does, it ends in another idle
    const view = {...to, pitch: wanted.mode === "3d" ? PITCH : 0, bearing: 0};
    if (duration && !calm.matches) picture.map.easeTo({...view, duration, essential: true});
    else picture.map.jumpTo(view);
  }

  /* --- over the map ------------------------------------------------------------------------------- */

  const project = place => picture.map.project(place);

  function callouts() {
    if (!picture || !picture.ready || !shown) return;
    const taken = [OVER, `#${KEY}`].map(selector => boxOf(document.querySelector(selector))).filter(Boolean);
    const {lng, lat} = picture.map.getCenter(), drawn = picture.map.isSourceLoaded(`region-${shown.paint.level}`);
    const told = JSON.stringify([shown.attention, shown.paint.level, shown.focus, taken, names(), picture.lettered, field(), lng, lat,
      picture.map.getZoom(), picture.map.getPitch(), drawn]);
    if (told === picture.told) return selection();
    picture.told = told;
    const covered = box => !drawn || picture.map.queryRenderedFeatures([[box.left, box.top], [box.right, box.bottom]],
      {layers: [`fill-${shown.paint.level}`]}).some(region => region.state.class !== undefined);
    along = window.tonglan.mapCallouts.draw(picture.svg, shown.attention, project, {...field(), covered}, taken, names());
    selection();
  }

  /* Once it is settled which names have room, callouts need not keep clear of the others; and once it is known where the
     regions are, their words find a place beside them. */
  function lettered(mine) {
    if (picture !== mine || !mine.ready) return;
    mine.lettered = mine.map.queryRenderedFeatures({layers: ["label"]}).map(label => label.id).sort();
    callouts();
  }

  /* How many lines a name takes: the map breaks name and value together into even ones, so a name breaks before it is broad. */
  function linesOf({name, value}, width, size) {
    const whole = width + pen.measureText(value).width, even = whole / Math.ceil(whole / (broad(name) * size));
    const most = name < "\u2e80" ? name.split(/[ -]/).length : name.length;
    return Math.max(1, Math.min(most, Math.round(width / even)));
  }

  /* Where the names stand that are on the map. */
  function names() {
    const size = labelSize(shown.labels);
    pen.font = `700 ${size}px ${getComputedStyle(document.documentElement).getPropertyValue("--sans")}`;
    const there = shown.labels.filter(label => !picture.lettered || picture.lettered.includes(label.id));
    return there.map(label => {
      const {x, y} = project([label.lon, label.lat]), width = pen.measureText(label.name).width;
      const lines = linesOf(label, width, size), half = width / lines * (lines > 1 ? 1.25 : 1) / 2 + 4, tall = (lines + 0.75) * size * 0.58;
      return {id: label.id, left: x - half, right: x + half, top: y - tall, bottom: y + tall};
    });
  }

  function selection() {
    const place = shown.selected && project([shown.selected.lon, shown.selected.lat]);
    picture.ring.hidden = !place;
    if (place) picture.ring.style.transform = `translate(${place.x}px, ${place.y}px)`;
  }

  /* While the map moves, what lies over it goes along. */
  function moving() {
    if (!picture || !picture.ready || !shown) return;
    if (along) along();
    selection();
  }

  function say(text) {
    if (picture) picture.note.textContent = text || "";
  }

  function span(minutes) {
    const zh = wanted.language === "zh";
    if (minutes < 120) return `${minutes} ${zh ? "分钟" : "min"}`;
    if (minutes < 2880) return `${Math.round(minutes / 60)} ${zh ? "小时" : "h"}`;
    return `${Math.round(minutes / 1440)} ${zh ? "天" : "d"}`;
  }

  /* What the tip says of a mark or region: a name and a line below it. */
  function described(feature) {
    const words = wanted.words, {layer, properties: of, id} = feature;
    if (layer.id.startsWith("lot")) return [words.lot, words.density.replace("{n}", of.n)];
    if (of.region) return [words[of.state], `${wanted.language === "zh" ? of.name_zh : of.name_en} · ${words.gathered.replace("{n}", of.n)}`];
    if (layer.source === "case" || layer.source === "device") {
      const gathered = of.n > 1 ? words.gathered.replace("{n}", of.n) : of.code || "";
      const late = of.state === "overdue" && of.n === 1 ? words.late.replace("{time}", span(of.late)) : gathered;
      return [words[of.state || of.health], late];
    }
    if (layer.source === "warning") return [of.headline, of.line];
    if (layer.source === "vehicle") return of.n > 1 ? [words.vehicle, words["vehicle.several"].replace("{n}", of.n)] : vehicle(of);
    const value = wanted.paint.values[id];
    return [wanted.language === "zh" ? of.name_zh : of.name_en, !value ? "" : `${words.measure} ${value === "—" ? words.no_data : value}`];
  }

  const PUNCTUAL = [-60, 300];   // seconds, as the indicator has them

  /* A vehicle's line and where it goes; how late it is, and how old its position. */
  function vehicle(of) {
    const words = wanted.words, minutes = Math.round(Math.abs(of.delay) / 60), age = Math.max(0, Math.round(Date.now() / 1000 - of.at));
    const kept = of.delay === undefined ? words["vehicle.untimed"]
      : of.delay >= PUNCTUAL[0] && of.delay <= PUNCTUAL[1] ? words["vehicle.on_time"]
        : words[of.delay > 0 ? "vehicle.late" : "vehicle.early"].replace("{time}", span(minutes));
    const ago = age < 120 ? `${age} ${wanted.language === "zh" ? "秒" : "s"}` : span(Math.round(age / 60));
    return [[of.line || words.vehicle, of.headsign && words["vehicle.to"].replace("{n}", of.headsign)].filter(Boolean).join(" "),
      `${of.state === "stale" ? "" : `${kept} · `}${words["vehicle.ago"].replace("{time}", ago)}`];
  }

  function under(map, point) {
    const around = [[point.x - REACH, point.y - REACH], [point.x + REACH, point.y + REACH]];
    const marks = map.queryRenderedFeatures(around, {layers: MARKS.filter(layer => map.getLayer(layer))});
    if (marks.length) return marks.reduce((best, next) => MARKS.indexOf(next.layer.id) < MARKS.indexOf(best.layer.id) ? next : best);
    const layers = ["label", "lot-density", `solid-${wanted.paint.level}`, `fill-${wanted.paint.level}`];
    const rest = map.queryRenderedFeatures(point, {layers});
    return rest.length ? rest.reduce((best, next) => layers.indexOf(next.layer.id) < layers.indexOf(best.layer.id) ? next : best) : null;
  }

  const isRegion = feature => Boolean(feature) && (feature.layer.id === "label" || /^(fill|solid)-/.test(feature.layer.id));

  function light(map, feature) {
    const next = isRegion(feature) && feature.layer.id !== "label" ? {source: feature.source, sourceLayer: "region", id: feature.id} : null;
    if (same(next, hovered)) return;
    if (hovered && map.getSource(hovered.source)) map.setFeatureState(hovered, {hover: false});
    if (next) map.setFeatureState(next, {hover: true});
    hovered = next;
  }

  let pending = null;
  function hover(map, event) {
    const idle = pending === null;
    pending = {map, event};
    if (idle) requestAnimationFrame(() => { const last = pending; pending = null; point(last.map, last.event); });
  }

  function point(map, event) {
    if (!picture || picture.map !== map || !picture.ready || !shown) return;
    const feature = event && !map.isMoving() ? under(map, event.point) : null;
    map.getCanvas().style.cursor = feature ? "pointer" : "";
    light(map, feature);
    const tip = picture.tip;
    tip.hidden = !feature || feature.layer.id === "label";
    if (tip.hidden) return;
    const [title, line] = described(feature);
    tip.replaceChildren();
    made(tip, "b", "").textContent = title;
    if (line) made(tip, "span", "").textContent = line;
    const size = field();
    const left = event.point.x + tip.offsetWidth + 24 > size.width ? event.point.x - tip.offsetWidth - 14 : event.point.x + 14;
    const top = Math.min(event.point.y + 14, size.height - tip.offsetHeight - 8);
    tip.style.transform = `translate(${left}px, ${top}px)`;
  }

  function clicked(map, event) {
    if (!shown) return;
    const feature = under(map, event.point);
    if (!feature) return;
    const of = feature.properties, at = {lon: event.lngLat.lng, lat: event.lngLat.lat};
    if (isRegion(feature)) return tell(CLICK, {kind: "region", key: of.code, id: feature.id, ...at});
    if (of.region && of.region !== shown.focus.code) return tell(CLICK, {kind: "region", key: of.region, ...at});
    if (feature.layer.id === "lot-density" || of.n > 1 || of.region) {
      const spot = feature.geometry.type === "Point" ? feature.geometry.coordinates : [at.lon, at.lat];
      moved = true;
      map.easeTo({center: spot, zoom: map.getZoom() + 1.6, duration: calm.matches ? 0 : FLY_MS, essential: true});
      return tell(CLICK, {kind: "cluster", key: "", n: of.n, ...at});
    }
    const key = feature.source === "case" ? of.case_id : feature.source === "device" ? of.code : of.id;
    if (key) tell(CLICK, {kind: feature.source, key, ...at});
  }

  /* --- fetching tiles ----------------------------------------------------------------------------- */

  /* A tile that does not come is asked for again until it does, always in the newest version. To the map it is
     only slow: the picture stays as it was, and no tile is ever in error (an errored one cannot be reloaded).
     The tiles of a layer that are asked for together are handed over together, for each one by itself would have the
     whole map drawn anew; nobody waits long for the others, and not for those that do not come. */
  async function tile(request, abort) {
    const [layer, z, x, y] = request.url.slice(PROTOCOL.length + 3).split("/");
    const signal = abort.signal, key = Symbol(request.url);
    const company = companies[layer] ||= {coming: 0, here: []};
    let alone = false;           // counted no more among those that come together
    const leave = () => {
      if (alone) return;
      alone = true;
      if (!--company.coming) company.here.splice(0).forEach(go => go());
    };
    company.coming++;
    try {
      for (let attempt = 0; ; attempt++) {
        const data = await answer(`${TILES}${encodeURIComponent(version(wanted, layer))}/${layer}/${z}/${x}/${y}.mvt`, signal);
        if (!data) leave();
        else {
          const others = company.coming > 1 && !alone && new Promise(go => company.here.push(go));
          leave();
          if (others) await Promise.race([others, pause(TOGETHER_MS, signal)]);
          return {data};
        }
        waiting.add(key);
        say(wanted.words.unavailable);
        await pause(RETRY_MS[Math.min(attempt, RETRY_MS.length - 1)], signal);
      }
    } finally {
      leave();
      waiting.delete(key);
      if (!waiting.size) say("");
    }
  }

  /* A tile's bytes, none where there is nothing; null when the server could not say. */
  async function answer(url, signal) {
    try {
      const response = await fetch(url, {signal});
      if (response.status === 404) return new ArrayBuffer(0);
      return response.ok ? await response.arrayBuffer() : null;
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }

  const pause = (time, signal) => new Promise((resolve, reject) => {
    const stop = () => { clearTimeout(timer); reject(new DOMException("Aborted", "AbortError")); };
    const timer = setTimeout(() => { signal.removeEventListener("abort", stop); resolve(); }, time);
    signal.addEventListener("abort", stop, {once: true});
  });

  /* --- the page ----------------------------------------------------------------------------------- */

  function restyle() {
    if (!picture || !picture.ready || !shown) return;
    const map = picture.map;
    style.images(map, ratio());
    for (const layer of style.layers(shown.levels, shown.zooms)) {
      for (const [name, value] of Object.entries(layer.paint)) map.setPaintProperty(layer.id, name, value);
      if (layer.type === "heatmap" && shown.heat) heat(map, shown);
      if (["label", "vehicle"].includes(layer.id)) map.setLayoutProperty(layer.id, "text-field", layer.layout["text-field"]);
    }
  }

  const watcher = new ResizeObserver(measured);
  const keyed = new MutationObserver(pressed);

  function apply(state) {
    if (!state || !state.words) return;
    wanted = state;
    const root = document.getElementById(MAP);
    if (!root) return;
    if (!picture || picture.root !== root) {
      if (picture && picture.map) picture.map.remove();
      shown = null;
      watcher.disconnect();
      watcher.observe(root);
      const over = document.querySelector(OVER), key = document.getElementById(KEY);
      for (const element of [over, key]) if (element) watcher.observe(element);
      if (key) keyed.observe(key, {childList: true});
      create(root);
    } else sync();
  }

  window.addEventListener("tonglan:theme", restyle);
  document.addEventListener("click", toggled);
  document.addEventListener("click", redrawn);

  window.tonglan.map = {
    apply,
    move,
    get map() { return picture && picture.map; },
    get shown() { return shown; },
    get ready() { return Boolean(picture && picture.ready && shown); },
  };
  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    tonglan_map: {
      apply: state => { apply(state); return window.dash_clientside.no_update; },
      warn: areas => { warn(areas); return window.dash_clientside.no_update; },
      move: mark => { move(mark); return window.dash_clientside.no_update; },
    },
  });
})();
