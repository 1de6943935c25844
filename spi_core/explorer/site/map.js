// The map: paths are made once a level; a new measure only changes fills. One tab stop, arrows move between neighbours.

import { createAreas } from "./areas.js";
import { append, button, h, replace, s, uniqueId } from "./dom.js";
import { colourMap } from "./classify.js";
import { byName } from "./format.js";
import { createLabels } from "./maplabels.js";
import { patternDefs } from "./palette.js";
import { areaSentence } from "./words.js";

const SOME = 150;
const PAD = 14;
const ZOOMS = [1, 2, 4, 8];
const ARROWS = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

// Among `candidates` the one that lies best in a direction: near, and straight ahead rather than aside.
export function stepTo(from, direction, candidates, centres) {
  const [dx, dy] = direction;
  let best = -1;
  let least = Infinity;
  for (const i of candidates) {
    const x = centres[i][0] - centres[from][0];
    const y = centres[i][1] - centres[from][1];
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy - y * dx);
    if (ahead <= 0 || aside > 2.5 * ahead) continue;
    const cost = ahead + 2 * aside;
    if (cost < least) [best, least] = [i, cost];
  }
  return best;
}

export function createMap(ctx) {
  const { model } = ctx;
  const prefix = uniqueId("map");
  const { width, height } = model.shapes;
  const box = { x: -PAD, y: -PAD, width: width + 2 * PAD, height: height + 2 * PAD };
  const svg = s("svg", { viewBox: Object.values(box).join(" "), role: "presentation", focusable: "false" });
  const areasLayer = s("g", { role: "none" });
  const rings = { hover: ring("hover"), chosen: ring("chosen"), inner: ring("chosen-in"), focus: ring("focus") };
  const borders = s("g", { "aria-hidden": "true" });
  const words = createLabels(model);
  const defs = patternDefs(prefix, width / 560);
  append(svg, [defs, areasLayer, borders, Object.values(rings), words.el]);
  const live = h("p", { class: "sr", "aria-live": "polite" });
  const readout = h("p", { class: "readout" });
  const holder = h("div", { class: "map", role: "listbox", tabindex: "0", "data-key": "map" }, svg);
  const hint = h("p", { class: "hint" });
  const zoomBox = h("div", { class: "zoom no-print" });
  const el = h("div", { class: "map-box" }, holder, zoomBox, words.key, readout, live, hint);

  let drawn = "";
  let layer = null;
  let colours = null;
  let at = -1;
  let zoom = 0;
  let centre = [width / 2, height / 2];
  let pixels = 0;
  let tall = 0;
  let state = null;

  function ring(name) {
    return s("path", { class: `ring ring-${name}`, "fill-rule": "evenodd", "aria-hidden": "true" });
  }

  function build(level) {
    const areas = model.areas(level);
    const shape = model.shapes.levels[level];
    drawn = level;
    at = -1;
    holder.removeAttribute("aria-activedescendant");
    layer = createAreas(prefix, areas, shape.d, model.shapes);
    areasLayer.replaceChildren(layer.el);
    svg.classList.toggle("fine", areas.length > SOME);
    const outlinesOf = (role) => model.shapes.levels[model.levels.find((l) => l.role === role)?.id]?.d ?? [];
    const parent = areas.length > SOME ? model.shapes.levels[model.level(level).above]?.d : null;
    const above = model.level(level).role === "detail" ? outlinesOf("evidence") : parent ?? [];
    // Hairlines are drawn five times as fast, and leave more of many small areas to be seen.
    borders.classList.toggle("hairlines", above.length > SOME);
    borders.replaceChildren(...[...above, ...outlinesOf("whole")].map((d) => s("path", { class: "outline", d })));
    const many = model.level(level).plural;
    holder.setAttribute("aria-label", `Map of ${areas.length === 1 ? `the ${model.level(level).singular}. ` : `${areas.length} ${many}. Arrow keys move between neighbours, `}Enter selects.`);
    replace(hint,
      h("span", { class: "for-touch" }, `Tap ${model.level(level).a} to read its figure; tap it again to leave it.`),
      h("span", { class: "for-keys" }, `Click the map, or press Tab to reach it: ${areas.length === 1 ? "" : `arrow keys move between neighbouring ${many}, `}Enter selects. Select again to leave it.`));
    zoom = 0;
    drawZoom();
    look();
  }

  function drawFills() {
    colours = colourMap(model, state);
    layer.paint(colours.fills);
    drawLabels();
  }

  function drawLabels() {
    if (pixels) words.draw({ state, colours, close: zoom > 0, unit: unitsPerPixel(), seen: viewBox() });
  }

  function unitsPerPixel() {
    const [w, hgt] = [box.width / ZOOMS[zoom], box.height / ZOOMS[zoom]];
    return Math.max(w / (pixels || 560), hgt / (tall || 640));
  }

  // What is looked at: left, top, right and bottom.
  function viewBox() {
    const k = ZOOMS[zoom];
    const [w, hgt] = [box.width / k, box.height / k];
    const x = k === 1 ? box.x : Math.min(Math.max(centre[0] - w / 2, box.x), box.x + box.width - w);
    const y = k === 1 ? box.y : Math.min(Math.max(centre[1] - hgt / 2, box.y), box.y + box.height - hgt);
    return [x, y, x + w, y + hgt];
  }

  function look() {
    const [x, y, right, bottom] = viewBox();
    svg.setAttribute("viewBox", [x, y, right - x, bottom - y].map((v) => v.toFixed(1)).join(" "));
  }

  function drawZoom() {
    const many = model.areas(drawn).length > 40;
    zoomBox.hidden = !many;
    if (!many) return;
    const step = (by) => () => {
      zoom = Math.min(Math.max(zoom + by, 0), ZOOMS.length - 1);
      const area = model.area(state?.area);
      if (shapeOf(area) && by > 0) centre = model.shapes.levels[area.level].centre[area.place];
      look();
      drawZoom();
      drawLabels();
    };
    replace(zoomBox,
      button("+", { "aria-label": "Zoom in", "data-key": "zoom-in", disabled: zoom === ZOOMS.length - 1 }, step(1)),
      button("−", { "aria-label": "Zoom out", "data-key": "zoom-out", disabled: zoom === 0 }, step(-1)));
  }

  function shapeOf(area) {
    return area ? model.shapes.levels[area.level]?.d[area.place] ?? "" : "";
  }

  function mark(which, area) {
    rings[which].setAttribute("d", shapeOf(area));
  }

  function say(area) {
    const text = area
      ? areaSentence(model, state, model.measure(state.measure), area)
      : model.has(state.measure, state.level) ? `Choose ${model.level(state.level).a} on the map to read its figure.` : "";
    readout.textContent = text;
    return text;
  }

  function focusOn(i, first = "") {
    at = i;
    const area = model.areas(drawn)[i];
    holder.setAttribute("aria-activedescendant", layer.option(i));
    mark("focus", area);
    if (zoom) {
      centre = model.shapes.levels[drawn].centre[i];
      look();
      drawLabels();
    }
    live.textContent = first + say(area);
  }

  function select(i) {
    const area = model.areas(drawn)[i];
    if (state.area === area.code) {
      ctx.go({ area: "" });
      live.textContent = `${area.name} is no longer selected.`;
      return;
    }
    if (zoom) centre = model.shapes.levels[drawn].centre[i];
    ctx.go({ area: area.code });
    live.textContent = `Selected. ${areaSentence(model, state, model.measure(state.measure), area)}`;
  }

  function start() {
    const chosen = model.area(state.area);
    return chosen?.level === drawn ? chosen.place : at >= 0 ? at : nearestTo([width / 2, height / 2]);
  }

  function nearestTo([x, y]) {
    const centres = model.shapes.levels[drawn].centre;
    let best = 0;
    centres.forEach(([cx, cy], i) => {
      if (Math.hypot(cx - x, cy - y) < Math.hypot(centres[best][0] - x, centres[best][1] - y)) best = i;
    });
    return best;
  }

  holder.addEventListener("keydown", (event) => {
    const shape = model.shapes.levels[drawn];
    const everyone = shape.d.map((_, i) => i);
    if (ARROWS[event.key]) {
      event.preventDefault();
      if (at < 0) return focusOn(start());
      const near = stepTo(at, ARROWS[event.key], shape.neighbours?.[at] ?? everyone, shape.centre);
      const next = near >= 0 ? near : stepTo(at, ARROWS[event.key], everyone, shape.centre);
      if (next >= 0) focusOn(next, near >= 0 ? "" : "Nothing next to it in this direction. Further on: ");
      else live.textContent = "Nothing further in this direction.";
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      const named = [...model.areas(drawn)].sort(byName);
      focusOn(named[event.key === "Home" ? 0 : named.length - 1].place);
    } else if ((event.key === "Enter" || event.key === " ") && at >= 0) {
      event.preventDefault();
      select(at);
    }
  });
  holder.addEventListener("focus", () => {
    if (holder.matches(":focus-visible")) focusOn(start());
  });
  holder.addEventListener("blur", () => {
    mark("focus", null);
    say(model.area(state.area));
  });
  function hover(i) {
    const area = model.areas(drawn)[i] ?? null;
    mark("hover", area);
    say(area ?? model.area(state.area));
  }

  svg.addEventListener("pointermove", (event) => hover(layer.place(event)));
  svg.addEventListener("pointerleave", () => hover(-1));
  svg.addEventListener("click", (event) => {
    const i = layer.place(event);
    if (i < 0) return;
    at = i;
    select(i);
  });
  const watcher = new ResizeObserver(([entry]) => {
    const before = pixels;
    pixels = Math.round(entry.contentRect.width);
    tall = Math.round(entry.contentRect.height);
    if (state && before !== pixels) drawLabels();
  });
  watcher.observe(holder);
  // What fits is measured in the letters that are drawn, once they are there.
  document.fonts.ready.then(drawLabels);

  return {
    el,
    svg,
    colours: () => colours,
    update(next, before) {
      state = next;
      if (drawn !== state.level) build(state.level);
      drawFills();
      const area = model.area(state.area);
      layer.choose(area?.level === drawn ? area.place : -1);
      for (const which of ["chosen", "inner"]) mark(which, area && model.within(area.level) ? area : null);
      if (zoom && before?.area !== state.area) {
        look();
        drawLabels();
      }
      say(area);
    },
    destroy: () => watcher.disconnect(),
  };
}
