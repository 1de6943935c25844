// Charts as SVG with their colours and sizes in attributes, so that they can be saved as they stand.

import { s } from "./dom.js";
import { BLUE, HAIRLINE, INK, MUTED, ORANGE, SKY, WHITE } from "./palette.js";

const SHAPES = {
  circle: (x, y, r) => s("circle", { cx: x, cy: y, r }),
  up: (x, y, r) => s("path", { d: `M${x} ${y - r * 1.15}l${r * 1.15} ${r * 2}h${-r * 2.3}z` }),
  down: (x, y, r) => s("path", { d: `M${x} ${y + r * 1.15}l${r * 1.15} ${-r * 2}h${-r * 2.3}z` }),
  square: (x, y, r) => s("rect", { x: x - r * 0.9, y: y - r * 0.9, width: r * 1.8, height: r * 1.8 }),
  diamond: (x, y, r) => s("path", { d: `M${x} ${y - r * 1.3}l${r * 1.3} ${r * 1.3}l${-r * 1.3} ${r * 1.3}l${-r * 1.3} ${-r * 1.3}z` }),
};
// Colour and shape of compared areas, in order: told apart without colour as well.
export const SERIES = [
  [BLUE, "circle"], [ORANGE, "up"], [SKY, "square"], ["#7F3300", "diamond"], [MUTED, "down"],
  [BLUE, "square"], [ORANGE, "diamond"], [SKY, "up"], ["#7F3300", "circle"], [MUTED, "square"],
];

// The reference's own line, whatever else is drawn.
export const REFERENCE = [INK, "diamond"];

export function marker(shape, x, y, r, fill) {
  const el = SHAPES[shape](x, y, r);
  el.setAttribute("fill", fill);
  el.setAttribute("stroke", INK);
  el.setAttribute("stroke-width", 1);
  return el;
}

export function words(x, y, text, attributes) {
  return s("text", { x, y, fill: INK, "font-size": 13, ...attributes }, text);
}

function svgOf(width, height, label, ...children) {
  return s("svg", {
    viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label, "font-family": "Inter, Arial, sans-serif",
  }, children);
}

// Round limits and steps for an axis; no step is smaller than `least`.
export function axisOf(values, wanted = 4, least = 0) {
  const known = values.filter((v) => v !== null && Number.isFinite(v));
  let [low, high] = [Math.min(...known), Math.max(...known)];
  if (!known.length) [low, high] = [0, 1];
  if (low === high) [low, high] = [low - Math.max(Math.abs(low) * 0.1, 0.5), high + Math.max(Math.abs(high) * 0.1, 0.5)];
  const raw = Math.max((high - low) / wanted, least);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 2.5, 5, 10].find((k) => k * power >= raw) * power;
  const first = Math.floor(low / step + 1e-9) * step;
  const last = Math.ceil(high / step - 1e-9) * step;
  const ticks = [];
  for (let t = first; t <= last + step / 2; t += step) ticks.push(Math.abs(t) < step / 1e6 ? 0 : t);
  const digits = Math.max(0, Math.min(4, -Math.floor(Math.log10(step) + 1e-9) + (step / power === 2.5 ? 1 : 0)));
  return { low: first, high: last, ticks, digits };
}

function scale(axis, from, to) {
  return (v) => from + ((v - axis.low) / (axis.high - axis.low)) * (to - from);
}

function guess(text, size = 13) {
  return text.length * size * 0.56;
}

// All areas on one line; the chosen ones named above it, the whole below.
// points: [{ name, value, text, low, high, chosen, series }], home: { name, value, text } | null; onpick(point): a dot is tapped.
export function strip({ width, points, home, label, write, intervals, onpick }) {
  const shown = points.filter((p) => p.value !== null);
  const ends = shown.filter((p) => p.chosen && intervals).flatMap((p) => [p.low, p.high]);
  const axis = axisOf([...shown.map((p) => p.value), home?.value ?? null, ...ends]);
  const x = scale(axis, 14, width - 14);
  const chosen = shown.filter((p) => p.chosen).sort((a, b) => a.value - b.value);
  const rows = [];
  const placed = chosen.map((p) => {
    const text = `${p.name} ${p.text}`;
    const w = guess(text) + 14;
    const middle = Math.min(Math.max(x(p.value), w / 2), width - w / 2);
    let row = 0;
    while (rows[row] !== undefined && rows[row] > middle - w / 2) row += 1;
    rows[row] = middle + w / 2;
    return { p, text, middle, row };
  });
  const top = rows.length * 18 + 12;
  const height = top + 46;
  const marks = [s("line", { x1: 6, x2: width - 6, y1: top, y2: top, stroke: "#9AA5B1", "stroke-width": 1 })];
  for (const t of axis.ticks) marks.push(words(x(t), top + 38, write(t, axis.digits), { "font-size": 11, fill: MUTED, "text-anchor": "middle" }));
  // Bands of several areas would cover each other: they stand side by side in their own chart.
  if (intervals && placed.length === 1) {
    for (const { p } of placed) {
      if (p.low !== null) marks.push(s("line", { x1: x(p.low), x2: x(p.high), y1: top, y2: top, stroke: SKY, "stroke-width": 9, opacity: 0.65 }));
    }
  }
  const others = shown.filter((q) => !q.chosen);
  if (others.length > 60) marks.push(s("path", { d: [...new Set(others.map((p) => x(p.value).toFixed(0)))].map((at) => `M${at} ${top - 7}v14`).join(""), stroke: MUTED, "stroke-width": 1, opacity: 0.45, fill: "none" }));
  else for (const p of others) marks.push(s("circle", { cx: x(p.value), cy: top, r: 4.5, fill: "#AEB9C4", stroke: WHITE, "stroke-width": 1 }, p.name ? s("title", {}, `${p.name} ${p.text}`) : null));
  if (home?.value !== null && home) {
    const text = `${home.name} ${home.text}`;
    const middle = Math.min(Math.max(x(home.value), guess(text, 12) / 2), width - guess(text, 12) / 2);
    marks.push(s("line", { x1: x(home.value), x2: x(home.value), y1: top - 9, y2: top + 9, stroke: INK, "stroke-width": 2 }));
    marks.push(words(middle, top + 22, text, { "font-size": 12, "text-anchor": "middle" }));
  }
  for (const { p, text, middle, row } of placed) {
    const y = top - 16 - row * 18;
    marks.push(s("line", { x1: x(p.value), x2: x(p.value), y1: y + 4, y2: top, stroke: MUTED, "stroke-width": 1 }));
    marks.push(words(middle, y, text, { "text-anchor": "middle", "font-weight": 600 }));
  }
  for (const { p } of placed) {
    const [fill, shape] = p.series ?? [BLUE, "circle"];
    marks.push(marker(shape, x(p.value), top, 6, fill));
  }
  const svg = svgOf(width, height, label, marks);
  if (onpick) pickNearest(svg, shown, (p) => x(p.value), width, onpick);
  return svg;
}

// A tap on or near a dot picks it: dots are too small to be hit.
function pickNearest(svg, points, at, width, onpick) {
  svg.classList.add("strip-picks");
  svg.addEventListener("click", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) * width) / box.width;
    const near = points.reduce((best, p) => (Math.abs(at(p) - x) < Math.abs(at(best) - x) ? p : best));
    if (Math.abs(at(near) - x) <= 16) onpick(near);
  });
}

// One row an area: name, interval, dot, number. rows: [{ name, value, low, high, text, series, bold }]
export function dotRows({ width, rows, home, label, axis: given, write, intervals }) {
  const narrow = width < 420;
  const side = narrow ? 0 : Math.min(190, Math.max(...rows.map((r) => guess(r.name))) + 14);
  const right = narrow ? 8 : Math.max(...rows.map((r) => guess(r.text))) + 12;
  const axis = given ?? axisOf(rows.flatMap((r) => [r.value, intervals ? r.low : null, intervals ? r.high : null]).concat(home?.value ?? null));
  const x = scale(axis, side + 8, width - right - 8);
  const step = narrow ? 38 : 26;
  const height = rows.length * step + 34;
  const marks = [];
  for (const t of axis.ticks) marks.push(words(x(t), rows.length * step + 20, write(t, axis.digits), { "font-size": 11, fill: MUTED, "text-anchor": "middle" }));
  // Where words stand above each row the lines pass between them.
  const across = (at, look) => rows.forEach((_, i) => marks.push(s("line", { x1: at, x2: at, y1: i * step + (narrow ? 19 : 4), y2: (i + 1) * step + 4 - (narrow ? 4 : 0), ...look })));
  for (const t of axis.ticks) across(x(t), { stroke: HAIRLINE, "stroke-width": 1 });
  if (home && home.value !== null) across(x(home.value), { stroke: INK, "stroke-width": 1.5 });
  rows.forEach((row, i) => {
    const y = i * step + (narrow ? 26 : 16);
    marks.push(words(0, narrow ? y - 12 : y + 4, row.name, { "font-weight": row.bold ? 700 : 400 }));
    marks.push(words(width, narrow ? y - 12 : y + 4, row.text, { "text-anchor": "end", "font-weight": 600 }));
    if (row.value === null) return;
    if (intervals && row.low !== null) marks.push(s("line", { x1: x(row.low), x2: x(row.high), y1: y, y2: y, stroke: SKY, "stroke-width": 8, opacity: 0.6 }));
    const [fill, shape] = row.series ?? [BLUE, "circle"];
    marks.push(marker(shape, x(row.value), y, 5.5, fill));
  });
  return svgOf(width, height, label, marks);
}

// Lines over the periods, named at their ends. series: [{ name, series, points: [{ value, low, high, made }] }]; ◇ above what is made.
export function trend({ width, labels, series, label, write, least, intervals }) {
  const height = 230;
  const names = series.map((r) => r.name);
  const right = Math.min(Math.max(...names.map((n) => guess(n, 12))) + 18, width * 0.42);
  const axis = axisOf(series.flatMap((r) => r.points.flatMap((p) => [p.value, intervals ? p.low : null, intervals ? p.high : null])), 4, least);
  const left = Math.max(...axis.ticks.map((t) => guess(write(t, axis.digits), 11))) + 10;
  const x = (i) => left + 14 + (labels.length === 1 ? 0 : (i / (labels.length - 1)) * (width - left - right - 28));
  const y = scale(axis, height - 34, 12);
  const marks = [];
  for (const t of axis.ticks) {
    marks.push(s("line", { x1: left, x2: width - right, y1: y(t), y2: y(t), stroke: HAIRLINE, "stroke-width": 1 }));
    marks.push(words(left - 6, y(t) + 4, write(t, axis.digits), { "font-size": 11, fill: MUTED, "text-anchor": "end" }));
  }
  const every = Math.ceil((Math.max(...labels.map((t) => guess(t, 12))) + 8) * (labels.length - 1) / Math.max(width - left - right - 28, 1));
  labels.forEach((text, i) => (labels.length - 1 - i) % every === 0 && marks.push(words(x(i), height - 12, text, { "font-size": 12, fill: MUTED, "text-anchor": x(i) < guess(text, 12) / 2 ? "start" : x(i) + guess(text, 12) / 2 > width ? "end" : "middle" })));
  for (const row of series) {
    const [fill] = row.series;
    const known = row.points.map((p, i) => ({ ...p, i })).filter((p) => p.value !== null);
    const d = known.map((p, k) => `${k ? "L" : "M"}${x(p.i)} ${y(p.value)}`).join("");
    if (intervals) for (const p of known) if (p.low !== null) marks.push(s("line", { x1: x(p.i), x2: x(p.i), y1: y(p.low), y2: y(p.high), stroke: fill, "stroke-width": 5, opacity: 0.28 }));
    if (d) marks.push(s("path", { d, fill: "none", stroke: fill, "stroke-width": 2 }));
  }
  const last = labels.length - 1;
  for (const row of series) row.points.forEach((p, i) => {
    if (p.value === null) return;
    marks.push(marker(row.series[1], x(i), y(p.value), 5, row.series[0]));
    if (p.made) marks.push(words(x(i), y(p.value) - 9, "◇", { "font-size": 12, "font-weight": 700, "text-anchor": "middle", stroke: WHITE, "stroke-width": 3, "paint-order": "stroke", "stroke-linejoin": "round" }));
  });
  const ends = series.map((r) => ({ name: r.name, value: r.points[last].value })).filter((e) => e.value !== null).sort((a, b) => b.value - a.value);
  let floor = -Infinity;
  for (const end of ends) {
    const at = Math.max(y(end.value) + 4, floor + 14);
    floor = at;
    marks.push(words(x(last) + 10, at, end.name, { "font-size": 12 }));
  }
  return svgOf(width, Math.max(height, floor + 8), label, marks);
}

// How many areas fall in each of some equal steps; the chosen ones marked below their column.
export function histogram({ width, values, chosen, label, write, areasWord }) {
  const known = values.filter((v) => v !== null);
  const axis = axisOf(known, known.length > 60 ? 12 : 6);
  const step = axis.ticks.length > 1 ? axis.ticks[1] - axis.ticks[0] : 1;
  const bins = axis.ticks.slice(0, -1).map((from) => ({ from, n: 0 }));
  for (const v of known) bins[Math.min(Math.floor((v - axis.low) / step + 1e-9), bins.length - 1)].n += 1;
  const most = Math.max(...bins.map((b) => b.n), 1);
  const left = 30;
  const bottom = 34 + (chosen.length ? 16 : 0);
  const height = 190 + (chosen.length ? 16 : 0);
  const x = scale(axis, left, width - 8);
  const y = (n) => height - bottom - (n / most) * (height - bottom - 26);
  const marks = [words(0, 12, `Number of ${areasWord}`, { "font-size": 11, fill: MUTED })];
  for (const bin of bins) {
    const w = x(bin.from + step) - x(bin.from);
    marks.push(s("rect", { x: x(bin.from) + 1, y: y(bin.n), width: Math.max(w - 2, 1), height: height - bottom - y(bin.n), fill: "#B7D3EE", stroke: BLUE, "stroke-width": bin.n ? 1 : 0 }));
    if (bin.n && w > 16) marks.push(words(x(bin.from) + w / 2, y(bin.n) - 4, bin.n, { "font-size": 11, "text-anchor": "middle" }));
  }
  marks.push(s("line", { x1: left, x2: width - 8, y1: height - bottom, y2: height - bottom, stroke: MUTED }));
  const every = Math.ceil(axis.ticks.length / (width < 420 ? 5 : 10));
  axis.ticks.forEach((t, i) => i % every === 0 && marks.push(words(x(t), height - 6, write(t, axis.digits), { "font-size": 11, fill: MUTED, "text-anchor": "middle" })));
  for (const c of chosen) if (c.value !== null) marks.push(marker(c.series[1], x(c.value), height - bottom + 11, 5.5, c.series[0]));
  return svgOf(width, height, label, marks);
}

// Places on the official index and by the reader's weights, joined by lines; the likely range of each stands by its name.
// rows: [{ name, before, after, ranges: [before, after], sign, chosen }]
export function rankMoves({ width, rows, label, leftTitle, rightTitle }) {
  const step = 32;
  const side = Math.min(Math.max(...rows.map((r) => guess(r.name, 12))) + 28, width * 0.42);
  const height = rows.length * step + 34;
  const y = (rank) => 34 + (rank - 1) * step + 6;
  const marks = [
    words(0, 14, leftTitle, { "font-size": 12, "font-weight": 600 }),
    words(width, 14, rightTitle, { "font-size": 12, "font-weight": 600, "text-anchor": "end" }),
  ];
  for (const row of rows) {
    const moved = Math.sign(row.before - row.after);
    const stroke = row.chosen ? INK : moved > 0 ? BLUE : moved < 0 ? ORANGE : "#AEB9C4";
    marks.push(s("line", { x1: side, x2: width - side, y1: y(row.before), y2: y(row.after), stroke, "stroke-width": row.chosen ? 3.5 : 2, "stroke-dasharray": moved < 0 ? "6 3" : null }));
    const bold = row.chosen ? 700 : 400;
    for (const [k, at, x, anchor, name] of [[0, y(row.before), side - 8, "end", row.name], [1, y(row.after), width - side + 8, "start", `${row.name} ${row.sign}`]]) {
      marks.push(words(x, at, name, { "font-size": 12, "text-anchor": anchor, "font-weight": bold }));
      marks.push(words(x, at + 13, row.ranges[k], { "font-size": 11, "text-anchor": anchor, fill: MUTED }));
    }
  }
  return svgOf(width, height, label, marks);
}

// The charts of a view as a picture holds them.
export function drawingsIn(el) {
  return [...el.querySelectorAll(".chart svg")].map((svg) => ({
    svg,
    title: svg.closest("section, li")?.querySelector("h3, h4")?.textContent ?? "",
    caption: svg.closest("figure")?.querySelector("figcaption")?.textContent ?? "",
  }));
}
