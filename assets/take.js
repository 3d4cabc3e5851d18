/* What is taken away in the browser: a chart as a picture, the page's address; and patience with what the server prints.
   Any chart of a page by the button that comes with the pointer; all of them, by keyboard too, by the list in the page's head.
   A picture is what stands in the chart's box: drawings as they are, boxes as rectangles, words as text, all with the colours
   and letters that they have on the screen. */
(() => {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const PAD = 16, SHARP = 2, FOOT = 24, LINE = 16, SMALL = 12;   // around the chart; pixels of a PNG per unit; what is told below it
  const PAINT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "fill-opacity", "stroke-opacity", "font-family", "font-size",
    "font-weight", "text-anchor", "visibility", "paint-order", "letter-spacing"];
  const CLEAR = "rgba(0, 0, 0, 0)", SKIPPED = ".unseen, .modebar, script, style";

  const made = (name, attributes, ...children) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  };

  /* ---- a figure as SVG ---- */

  function seen(element) {
    const style = getComputedStyle(element);
    return style.display !== "none" && style.visibility !== "hidden" && !element.matches(SKIPPED);
  }

  /* A drawing with all that style sheets say of it written into it. */
  function drawing(source, box, origin) {
    const copy = source.cloneNode(true);
    const originals = [source, ...source.querySelectorAll("*")], copies = [copy, ...copy.querySelectorAll("*")];
    originals.forEach((element, at) => {
      const style = getComputedStyle(element);
      for (const name of PAINT) copies[at].style.setProperty(name, style.getPropertyValue(name));
      copies[at].removeAttribute("class");
    });
    const view = source.getAttribute("viewBox") || `0 0 ${source.clientWidth || box.width} ${source.clientHeight || box.height}`;
    Object.entries({x: box.x - origin.x, y: box.y - origin.y, width: box.width, height: box.height, viewBox: view}).forEach(([key, value]) =>
      copy.setAttribute(key, value));
    copy.style.removeProperty("position");
    return copy;
  }

  function boxed(element, style, box, origin) {
    const parts = [], at = {x: box.x - origin.x, y: box.y - origin.y};
    if (style.backgroundColor !== CLEAR) parts.push(made("rect", {...at, width: box.width, height: box.height, fill: style.backgroundColor}));
    const edge = (side, x1, y1, x2, y2) => {
      const width = parseFloat(style[`border${side}Width`]);
      if (width && style[`border${side}Style`] !== "none") parts.push(made("line", {x1, y1, x2, y2, stroke: style[`border${side}Color`], "stroke-width": width}));
    };
    edge("Top", at.x, at.y, at.x + box.width, at.y);
    edge("Bottom", at.x, at.y + box.height, at.x + box.width, at.y + box.height);
    edge("Left", at.x, at.y, at.x, at.y + box.height);
    edge("Right", at.x + box.width, at.y, at.x + box.width, at.y + box.height);
    return parts;
  }

  /* Words, line by line as they stand. */
  function words(node, origin) {
    const range = document.createRange(), style = getComputedStyle(node.parentElement), lines = [];
    for (let at = 0; at < node.length; at += 1) {
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      const box = range.getBoundingClientRect(), last = lines.at(-1);
      if (!box.width) continue;
      if (last && Math.abs(last.box.y - box.y) < box.height / 2) last.text += node.data[at];
      else lines.push({text: node.data[at], box});
    }
    return lines.map(({text, box}) => made("text", {x: box.x - origin.x, y: box.y - origin.y + box.height * .78, fill: style.color,
      "font-family": style.fontFamily, "font-size": style.fontSize, "font-weight": style.fontWeight}, text.trimEnd()));
  }

  function pictured(element, origin) {
    if (!seen(element)) return [];
    const box = element.getBoundingClientRect();
    if (element instanceof SVGSVGElement) return box.width ? [drawing(element, box, origin)] : [];
    const inside = [...element.childNodes].flatMap(node => node.nodeType === Node.TEXT_NODE ? node.data.trim() ? words(node, origin) : []
      : node.nodeType === Node.ELEMENT_NODE ? pictured(node, origin) : []);
    return [...boxed(element, getComputedStyle(element), box, origin), ...inside];
  }

  /* A text in lines no longer than the room; it may end after any sign, but rather after a blank. */
  function broken(text, room, font) {
    const context = document.createElement("canvas").getContext("2d"), lines = [];
    context.font = font;
    for (let rest = text; rest;) {
      let end = rest.length;
      while (end > 1 && context.measureText(rest.slice(0, end)).width > room) end -= 1;
      const blank = end < rest.length ? rest.lastIndexOf(" ", end) : -1;
      if (blank > end / 2) end = blank;
      lines.push(rest.slice(0, end).trim());
      rest = rest.slice(end).trimStart();
    }
    return lines;
  }

  function picture(chart) {
    const box = chart.getBoundingClientRect();
    const sans = getComputedStyle(document.documentElement).getPropertyValue("--sans"), width = Math.ceil(box.width) + 2 * PAD;
    const lines = broken(told(chart).join(" · "), width - 2 * PAD, `${SMALL}px ${sans}`);
    const height = Math.ceil(box.height) + 2 * PAD + FOOT + (lines.length - 1) * LINE;
    const origin = {x: box.x - PAD, y: box.y - PAD};
    const foot = lines.map((line, at) => made("text", {x: PAD, y: height - PAD / 2 - (lines.length - 1 - at) * LINE, fill: window.tonglan.colour("--text-3"),
      "font-family": sans, "font-size": SMALL}, line));
    return made("svg", {xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}`},
      made("title", {}, told(chart).join(" · ")),
      made("rect", {width, height, fill: window.tonglan.colour("--ground")}), ...pictured(chart, origin), ...foot);
  }

  const head = () => document.querySelector("[data-charts]");
  const named = chart => chart.getAttribute("aria-label") || document.title;
  const told = chart => [named(chart), document.title, new Date(window.tonglan.now()).toISOString().slice(0, 16) + "Z"];

  /* ---- into a file ---- */

  function saved(blob, name) {
    const link = Object.assign(document.createElement("a"), {href: URL.createObjectURL(blob), download: name});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  const text = svg => new XMLSerializer().serializeToString(svg);

  /* Letters are written by the page itself: inside of a picture the screen's own font is not known. */
  async function painted(svg) {
    const width = Number(svg.getAttribute("width")), height = Number(svg.getAttribute("height"));
    const canvas = Object.assign(document.createElement("canvas"), {width: width * SHARP, height: height * SHARP});
    const context = canvas.getContext("2d"), mute = svg.cloneNode(true);
    const lone = [...mute.children].filter(one => one.tagName === "text");
    lone.forEach(one => one.remove());
    const image = new Image();
    image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(text(mute));
    await image.decode();
    context.scale(SHARP, SHARP);
    context.drawImage(image, 0, 0, width, height);
    for (const one of lone) {
      const said = name => one.getAttribute(name);
      context.font = `${said("font-weight") || 400} ${parseFloat(said("font-size"))}px ${said("font-family")}`;
      context.fillStyle = said("fill");
      context.fillText(one.textContent, Number(said("x")), Number(said("y")));
    }
    return new Promise(done => canvas.toBlob(done, "image/png"));
  }

  /* A file is called by what the chart shows, without all that is told of it. */
  const called = chart => named(chart).split(/[。；，]|[.;,:] /)[0];
  const file = (chart, kind) => `${[called(chart), head()?.dataset.place, new Date().toISOString().slice(0, 10)].join("-")
    .replace(/[\\/:*?"<>|\s]+/g, " ").slice(0, 120)}.${kind}`;

  async function take(chart, kind) {
    const svg = picture(chart);
    saved(kind === "svg" ? new Blob([text(svg)], {type: "image/svg+xml"}) : await painted(svg), file(chart, kind));
  }

  /* ---- which chart ---- */

  const LEAST = 200;      // smaller ones are part of a table
  const CHART = ".page .fit[aria-label]";
  const charts = () => [...document.querySelectorAll(CHART)].filter(chart => chart.clientWidth >= LEAST && chart.checkVisibility());

  function buttons(chart) {
    return ["svg", "png"].map(kind => {
      const button = Object.assign(document.createElement("button"), {type: "button", textContent: kind.toUpperCase()});
      button.setAttribute("aria-label", `${head().dataset.chart.replace("{name}", named(chart))} ${kind.toUpperCase()}`);
      button.addEventListener("click", () => take(chart, kind).catch(error => console.warn("a chart cannot be taken away", error)));
      return button;
    });
  }

  function listed() {
    const dialog = Object.assign(document.createElement("dialog"), {className: "charts-list"}), list = document.createElement("ul");
    for (const chart of charts()) {
      const item = document.createElement("li"), name = document.createElement("span");
      name.textContent = named(chart);
      item.append(name, ...buttons(chart));
      list.append(item);
    }
    const title = Object.assign(document.createElement("h2"), {textContent: head().textContent, id: "charts-title"});
    const close = Object.assign(document.createElement("button"), {type: "button", className: "close", textContent: "✕"});
    close.setAttribute("aria-label", head().dataset.close);
    close.addEventListener("click", () => dialog.close());
    dialog.setAttribute("aria-labelledby", title.id);
    const top = document.createElement("header");
    top.append(title, close);
    if (!list.children.length) list.append(Object.assign(document.createElement("li"), {textContent: head().dataset.none}));
    dialog.append(top, list);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("keydown", event => event.key === "Escape" && event.stopPropagation());
    dialog.addEventListener("click", event => event.target === dialog && dialog.close());
    document.body.append(dialog);
    dialog.showModal();
  }

  let corner = null;

  /* The buttons in the corner of the chart under the pointer. */
  function pointed(event) {
    const chart = event.target.closest?.(CHART);
    if (corner?.contains(event.target) || chart && corner?.chart === chart) return;
    corner?.remove();
    corner = null;
    if (!chart || !head() || chart.clientWidth < LEAST) return;
    const box = chart.getBoundingClientRect();
    corner = Object.assign(document.createElement("div"), {className: "chart-corner", chart});
    corner.append(...buttons(chart));
    Object.assign(corner.style, {left: `${box.right + scrollX}px`, top: `${box.top + scrollY}px`});
    document.body.append(corner);
  }

  document.addEventListener("pointerover", pointed);

  /* ---- the page itself ---- */

  function say(words) {
    const toast = document.getElementById("toast");
    if (!toast) return;
    toast.textContent = words;
    setTimeout(() => { if (toast.textContent === words) toast.textContent = ""; }, 8000);
  }

  /* What takes seconds to make says so, and says why when it cannot be made. */
  async function fetched(link) {
    const name = link.textContent;
    if (link.getAttribute("aria-busy") === "true") return;
    link.setAttribute("aria-busy", "true");
    link.textContent = link.dataset.busy;
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) return say(await answer.text());
      const told = /filename\*=UTF-8''([^;]+)/.exec(answer.headers.get("Content-Disposition") || "");
      saved(await answer.blob(), told ? decodeURIComponent(told[1]) : "page.pdf");
    } finally {
      link.removeAttribute("aria-busy");
      link.textContent = name;
    }
  }

  async function copied(button) {
    await navigator.clipboard?.writeText(location.href);
    say(button.dataset.copy);
  }

  document.addEventListener("click", event => {
    const at = selector => event.target.closest?.(selector);
    const link = at("a[data-busy]"), copy = at("[data-copy]");
    if (at("[data-charts]")) listed();
    if (link && !event.ctrlKey && !event.metaKey) { event.preventDefault(); fetched(link).catch(error => say(String(error))); }
    if (copy) copied(copy);
  });

  window.tonglan = Object.assign(window.tonglan || {}, {picture});
})();
