// Words on the map, at every width: names and figures of its areas and of landmarks, none across a border, none over another.

import { h, replace, s } from "./dom.js";
import { number, shortUnit } from "./format.js";
import { besideMark, fit, outlineOf } from "./labels.js";
import { INK, textOn } from "./palette.js";
import { MARKS, marksOf } from "./words.js";

const LISTED = 30; // so many areas are told below the map where they have no room on it
const VERY_MANY = 150;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const LANDMARK = 9; // pixels
const FIRST = "station";

export function createLabels(model) {
  const el = s("g", { class: "map-labels", "aria-hidden": "true" });
  const key = h("p", { class: "map-key" });
  const pen = document.createElement("canvas").getContext("2d");
  const outlines = new Map();
  const marksIn = new Map();
  const { places } = model;
  places?.at.forEach((at, k) => at && marksIn.set(places.area[k], [...(marksIn.get(places.area[k]) ?? []), k]));
  for (const found of marksIn.values()) found.sort((a, b) => (places.kind[a] !== FIRST) - (places.kind[b] !== FIRST));

  // What an area encloses, worked out once it is asked for.
  function outline(level, i) {
    const name = `${level} ${i}`;
    if (!outlines.has(name)) outlines.set(name, outlineOf(model.shapes.levels[level].d[i]));
    return outlines.get(name);
  }

  // Whose names the map shows: its own areas', or those that a reader knows of small or very many ones.
  function labelled({ state, close }) {
    const { role, above } = model.level(state.level);
    const many = model.areas(state.level).length > VERY_MANY;
    const level = role === "detail" ? model.unit.id : many && !close ? above : state.level;
    return model.shapes.levels[level] ? level : state.level;
  }

  function draw(now) {
    const { state, colours, unit, seen } = now;
    const level = labelled(now);
    const own = level === state.level;
    const areas = model.areas(level);
    const taken = [];
    const told = [];

    // Marks with their names; those without room are left out.
    const landmarks = (within, marks, boxes) => marks.map((k) => [k, besideMark(within, places.at[k], 3 * unit, [(wide(places.name[k]) * LANDMARK + 3) * unit, LANDMARK * 1.15 * unit], boxes)]).filter(([, at]) => at);

    function labelsOf(area, i) {
      const within = outline(level, i);
      const [left, top, right, bottom] = within.box;
      if (right < seen[0] || left > seen[2] || bottom < seen[1] || top > seen[3]) return [];
      const centre = model.shapes.levels[level].centre[i];
      const fill = own ? colours.fills[i] : "";
      const figure = own ? figureOf(now, area, i) : "";
      const names = namesOf(area.name);
      const ways = [...(figure ? names.map((name) => [...name, { text: figure, bold: true }]) : []), ...names];
      const put = (boxes, what = ways, sizes = areas.length > VERY_MANY ? [11, 10] : [12, 11, 10, 9]) => fit(within, centre, what, sizes, wide, unit, boxes);
      const marks = level === model.unit.id ? marksIn.get(i) ?? [] : [];
      let boxes = [...taken];
      let beside = [];
      let found = put(boxes);
      if (marks.length) {
        // A landmark goes first where that leaves the area its words, if in smaller letters.
        for (const first of [marks, marks.filter((k) => places.kind[k] === FIRST)]) {
          const other = [...taken];
          const shown = landmarks(within, first, other);
          const beneath = put(other);
          if (shown.length > beside.length && (beneath?.lines.length ?? 0) >= (found?.lines.length ?? 0)) [boxes, beside, found] = [other, shown, beneath];
        }
        beside = [...beside, ...landmarks(within, marks.filter((k) => !beside.some(([had]) => had === k)), boxes)];
      }
      let words = found;
      if (areas.length <= LISTED && !(found && (!figure || found.lines.some((line) => line.text === figure)))) {
        const letter = LETTERS[told.filter(([had]) => had).length] ?? "";
        words = found ?? put(boxes, [[{ text: letter, bold: true }]], [11, 9]);
        told.push([found || !words ? "" : letter, area.name, figure]);
      }
      taken.splice(0, taken.length, ...boxes);
      return [...beside.flatMap(([k, at]) => landmark(k, at, fill, unit)), words && text(words, fill, unit)].filter(Boolean);
    }

    el.replaceChildren(...areas.flatMap(labelsOf));
    replace(key, told.length ? [h("span", { class: "muted" }, "No room on this map: "), told.map(([letter, name, figure], k) => [k ? "; " : "", letter ? h("strong", {}, `${letter}\u00a0`) : "", figure ? `${name}\u00a0${figure}` : name]), "."] : []);
  }

  function namesOf(name) {
    const words = name.split(" ");
    const cuts = words.slice(1).map((_, i) => [words.slice(0, i + 1).join(" "), words.slice(i + 1).join(" ")]);
    const longest = (lines) => Math.max(...lines.map((line) => line.length));
    const even = cuts.sort((a, b) => longest(a) - longest(b))[0];
    return [[{ text: name }], ...(even ? [even.map((line) => ({ text: line }))] : [])];
  }

  function figureOf({ state, colours }, area, i) {
    const measure = model.measure(state.measure);
    const letter = colours.letters?.[i];
    const sign = letter ? model.rating(letter).symbol : "";
    if (state.show === "change") return sign && model.change(measure.id, area).illustrative ? `${sign} ${MARKS.illustrative.sign}` : sign;
    const cell = model.cell(measure.id, area, state.period);
    const figure = cell.value === null ? "" : shortUnit(number(cell.value, measure.digits), measure.unit);
    return [sign, figure, marksOf(cell).map((name) => MARKS[name].sign).join("")].filter(Boolean).join(" ");
  }

  function wide(words, bold) {
    pen.font = `${bold ? 700 : 400} 100px Inter, Arial, sans-serif`;
    return pen.measureText(words).width / 100;
  }

  function text({ at: [x, y], size, lines }, fill, unit) {
    const plain = fill.startsWith("#");
    const step = size * unit * 1.12;
    const top = y - ((lines.length - 1) * step) / 2 + size * unit * 0.36;
    return s("text", { "font-size": (size * unit).toFixed(1), fill: plain ? textOn(fill) : INK, stroke: plain ? fill : "#FFFFFF", "stroke-width": (2 * unit).toFixed(1), "stroke-linejoin": "round", "paint-order": "stroke" },
      lines.map((line, k) => s("tspan", { x: x.toFixed(1), y: (top + k * step).toFixed(1), "font-weight": line.bold ? 700 : 400 }, line.text)));
  }

  function landmark(k, middle, fill, unit) {
    const [x, y] = places.at[k];
    const ink = fill.startsWith("#") ? textOn(fill) : INK;
    const r = 2.5 * unit;
    const mark = places.kind[k] === FIRST ? s("rect", { x: x - r, y: y - r, width: 2 * r, height: 2 * r, fill: ink }) : s("circle", { cx: x, cy: y, r: r * 0.9, fill: "none", stroke: ink, "stroke-width": (0.9 * unit).toFixed(2) });
    return [mark, s("text", { class: "landmark", "font-size": (LANDMARK * unit).toFixed(1), "font-style": "italic", fill: ink, x: middle[0].toFixed(1), y: (middle[1] + LANDMARK * unit * 0.34).toFixed(1) }, places.name[k])];
  }

  return { el, key, draw };
}
