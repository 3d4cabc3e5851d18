/* The items of the attention band, on the map: a ring at the place, a leader line, the band's number and a few words. */
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const RING = 17;
  const BADGE = 13;
  const HEIGHT = 50;
  const EDGE = 14;
  const REACHES = [64, 112, 170];
  const SLOPES = [[1, -0.8], [-1, -0.8], [1, 0.8], [-1, 0.8], [1, -0.15], [-1, -0.15]];

  function element(parent, name, attributes = {}, text = null) {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (text !== null) made.textContent = text;
    parent.appendChild(made);
    return made;
  }

  const apart = (a, b) => a.right < b.left || b.right < a.left || a.bottom < b.top || b.bottom < a.top;
  const within = (box, field) => box.left > EDGE && box.top > EDGE && box.right < field.width - EDGE && box.bottom < field.height - EDGE;

  const boxAt = (x, y, sideways, size) => {
    const left = sideways > 0 ? x - BADGE : x + BADGE - size;
    return {left, right: left + size, top: y - HEIGHT / 2, bottom: y + HEIGHT / 2};
  };

  /* Whether a line from a place to its words runs through words that stand already. */
  function crosses(point, to, standing) {
    for (let step = 1; step < 12; step++) {
      const x = point.x + (to.x - point.x) * step / 12, y = point.y + (to.y - point.y) * step / 12;
      if (standing.some(box => x > box.left && x < box.right && y > box.top && y < box.bottom)) return true;
    }
    return false;
  }

  /* Where the words may stand: near the place, clear of what is taken and of the regions. */
  function settle(point, size, field, taken, standing) {
    let best = null;
    for (const reach of REACHES) {
      for (const [sideways, upward] of SLOPES) {
        const offset = {x: sideways * reach, y: upward * reach * 0.7, sideways};
        const box = boxAt(point.x + offset.x, point.y + offset.y, sideways, size);
        if (!within(box, field) || taken.some(other => !apart(box, other))) continue;
        if (crosses(point, {x: point.x + offset.x, y: point.y + offset.y}, standing)) continue;
        if ((best && best.reach <= reach) || field.covered(box)) continue;
        best = {reach, ...offset};
      }
    }
    return best;
  }

  const around = (point, far) => ({left: point.x - far, right: point.x + far, top: point.y - far, bottom: point.y + far});
  const round = (point, at) => around({x: point.x + at.x, y: point.y + at.y}, BADGE);

  /* Where a number may stand alone: at the nearest side of a name or ring, which is most likely still in its own region. */
  function beside(point, box, taken) {
    const far = BADGE + 2, up = box.top - far - point.y, down = box.bottom + far - point.y;
    const left = box.left - far - point.x, right = box.right + far - point.x;
    return [{x: 0, y: up}, {x: 0, y: down}, {x: left, y: 0}, {x: right, y: 0}, {x: left, y: up}, {x: right, y: up}]
      .sort((a, b) => Math.hypot(a.x, a.y) - Math.hypot(b.x, b.y)).find(at => taken.every(other => apart(round(point, at), other)));
  }

  /* Where the line begins: at the ring of an exact place, at the edge of a region's name. */
  function start(point, towards, name) {
    const dx = towards.x - point.x, dy = towards.y - point.y;
    const along = name ? Math.min(name.x / (Math.abs(dx) || 1e-6), name.y / (Math.abs(dy) || 1e-6)) : RING / (Math.hypot(dx, dy) || 1);
    return {x: point.x + dx * Math.min(along, 1), y: point.y + dy * Math.min(along, 1)};
  }

  function leader(group, point, at, name) {
    const elbow = {x: at.x - at.sideways * Math.min(26, Math.abs(at.x - point.x) / 2), y: at.y};
    const from = start(point, elbow, name);
    const path = `M${from.x} ${from.y}L${elbow.x} ${elbow.y}L${at.x - at.sideways * BADGE} ${at.y}`;
    element(group, "path", {d: path, class: "callout-casing"});
    element(group, "path", {d: path, class: "callout-line"});
    if (name) element(group, "circle", {cx: from.x, cy: from.y, r: 3.2, class: "callout-dot"});
  }

  function badge(group, item, at) {
    const mark = element(group, "g", {class: `callout-badge callout-${item.tone}`});
    element(mark, "circle", {cx: at.x, cy: at.y, r: BADGE});
    element(mark, "text", {x: at.x, y: at.y, class: "callout-no"}, String(item.no));
  }

  function words(group, item, at) {
    badge(group, item, at);
    const anchor = {x: at.x + at.sideways * (BADGE + 9), "text-anchor": at.sideways > 0 ? "start" : "end"};
    element(group, "text", {...anchor, y: item.note ? at.y - 2 : at.y + 7, class: "callout-text"}, item.text);
    if (item.note) element(group, "text", {...anchor, y: at.y + 19, class: "callout-note"}, item.note);
  }

  function measure(svg, item) {
    const probe = element(svg, "g", {visibility: "hidden"});
    const text = element(probe, "text", {class: "callout-text"}, item.text);
    const note = element(probe, "text", {class: "callout-note"}, item.note || "");
    const size = Math.max(text.getComputedTextLength(), note.getComputedTextLength());
    probe.remove();
    return size + 2 * BADGE + 12;
  }

  const HERE = {x: 0, y: 0};
  let current = null;         // the newest drawing

  /* One item around the place it is about; where its words stand is added to `standing`. Without room for words
     near by only the number stands there: the band says the rest. A place under a name has no ring, which would strike the name out. */
  function callout(svg, item, point, field, blocked, names, standing) {
    const group = element(svg, "g", {class: "callout"});
    const under = item.exact && names.find(box => !apart(around(point, RING / 2), box));
    if (item.exact && !under) for (const name of ["callout-casing", "callout-line"]) element(group, "circle", {r: RING, class: name});
    const size = measure(svg, item);
    const seen = point.x >= 0 && point.y >= 0 && point.x <= field.width && point.y <= field.height;
    if (!seen) return group;
    const own = item.exact ? null : names.find(box => box.id === item.region);
    const others = [...standing, ...names.filter(box => box !== own)];
    const name = item.exact ? null : {x: own ? point.x - own.left : BADGE, y: own ? point.y - own.top : BADGE};
    const offset = under ? null : settle(point, size, field, [...blocked, ...standing, ...names], others);
    if (!offset) {
      const spot = beside(point, under || own || around(point, item.exact ? RING : BADGE), [...blocked.filter(box => box.item !== item), ...standing, ...names]);
      if (spot) standing.push(round(point, spot));
      if (spot) badge(group, item, spot);
      return group;
    }
    standing.push(boxAt(point.x + offset.x, point.y + offset.y, offset.sideways, size));
    leader(group, HERE, offset, name);
    words(group, item, offset);
    return group;
  }

  /* Draw the items. `project` gives a place's point, `field` the map's size and whether a box covers regions,
     `taken` the boxes that words must keep clear of, `names` those of the regions' names, which lines pass by too.
     Each is drawn in a turn of its own, as looking for room takes a while; a later call ends an earlier one.
     Returns what moves them along with the map, without finding their words another place. */
  function draw(svg, items, project, field, taken, names) {
    const turn = current = Symbol("turn");
    svg.replaceChildren();
    const standing = [], points = items.map(item => project([item.lon, item.lat]));
    const blocked = [...taken, ...points.map((p, at) => ({item: items[at], ...around(p, RING)}))];
    const groups = [];
    const move = () => groups.forEach((group, at) => {
      const {x, y} = project([items[at].lon, items[at].lat]);
      group.setAttribute("transform", `translate(${x} ${y})`);
    });
    const next = () => {
      if (turn !== current || groups.length === items.length) return;
      const at = groups.length;
      groups.push(callout(svg, items[at], points[at], field, blocked, names, standing));
      move();
      setTimeout(next);
    };
    next();
    return move;
  }

  window.tonglan = Object.assign(window.tonglan || {}, {mapCallouts: {draw}});
})();
