// A view as one SVG or PNG that explains itself: title, sentence, drawing, legend, mark, source and version.

import { s } from "./dom.js";
import { BLUE, INK, MUTED, ORANGE, patternDefs } from "./palette.js";

const WIDTH = 1000;
const MARGIN = 40;
const LOOKS = {
  area: { stroke: "#FFFFFF", "stroke-width": 1.25 },
  "area-class": { "shape-rendering": "crispEdges" },
  outline: { stroke: "#52606D", "stroke-width": 1.25, fill: "none" },
  "ring-chosen": { stroke: INK, "stroke-width": 4, fill: "none" },
  "ring-chosen-in": { stroke: "#FFBF47", "stroke-width": 1.5, fill: "none" },
};

function wrapped(text, size, width) {
  const most = Math.floor(width / (size * 0.54));
  const lines = [""];
  for (const word of text.split(" ")) {
    const line = lines[lines.length - 1];
    if (line && line.length + word.length + 1 > most) lines.push(word);
    else lines[lines.length - 1] = line ? `${line} ${word}` : word;
  }
  return lines;
}

function block(parts, y, text, size, attributes, width = WIDTH - 2 * MARGIN, x = MARGIN) {
  let at = y;
  for (const line of wrapped(text, size, width)) {
    at += size * 1.35;
    parts.push(s("text", { x, y: at, "font-size": size, fill: INK, ...attributes }, line));
  }
  return at;
}

function plainCopy(svg) {
  const copy = svg.cloneNode(true);
  for (const name of ["class", "role", "aria-label", "focusable"]) copy.removeAttribute(name);
  for (const el of copy.querySelectorAll(".ring-hover, .ring-focus, .option")) el.remove();
  for (const [name, attributes] of Object.entries(LOOKS)) {
    for (const el of copy.querySelectorAll(`.${name}`)) {
      for (const [key, value] of Object.entries(attributes)) el.setAttribute(key, value);
      el.setAttribute("vector-effect", "non-scaling-stroke");
    }
  }
  for (const el of copy.querySelectorAll(":not(pattern)")) {
    if (el.classList.contains("map-labels")) el.setAttribute("text-anchor", "middle");
    for (const name of ["class", "role", "aria-hidden", "aria-label", "aria-selected", "id", "data-i"]) el.removeAttribute(name);
  }
  return copy;
}

const GAP = 40;

// A drawing with its title above and its caption below; gives where it ends.
function drawOne(parts, top, x, most, { svg, title, caption }, fill) {
  let y = top;
  if (title) y = block(parts, y, title, 16, { "font-weight": 700, fill: BLUE }, most, x) + 8;
  const [, , w, hgt] = svg.getAttribute("viewBox").split(" ").map(Number);
  const width = fill ? most : Math.min(most, w * 1.3);
  const height = (width * hgt) / w;
  const copy = plainCopy(svg);
  for (const [name, value] of Object.entries({ x, y, width, height })) copy.setAttribute(name, value);
  parts.push(copy);
  y += height;
  return (caption ? block(parts, y, caption, 12.5, { fill: MUTED }, most, x) : y) + 18;
}

// Drawings below each other; of several narrow ones two or three stand side by side.
function drawAll(parts, top, drawings, beside) {
  const inner = WIDTH - 2 * MARGIN;
  if (beside || drawings.length < 3) return drawings.reduce((y, drawing) => drawOne(parts, y, MARGIN, inner - (beside ? beside + 20 : 0), drawing, beside > 0), top);
  let row = { y: top, end: top, columns: 1, used: 1 };
  for (const drawing of drawings) {
    const width = Number(drawing.svg.getAttribute("viewBox").split(" ")[2]);
    const columns = width <= 400 ? 3 : width <= 640 ? 2 : 1;
    if (columns !== row.columns || row.used === columns) row = { y: row.end, end: row.end, columns, used: 0 };
    const each = (inner - (columns - 1) * GAP) / columns;
    row.end = Math.max(row.end, drawOne(parts, row.y, MARGIN + row.used * (each + GAP), each, drawing, false));
    row.used += 1;
  }
  return row.end;
}

// spec: { title, sentence, mark, source, drawings: [{ svg, title, caption }], legend: [{ fill, label, count }] | null, legendTitle }
export function drawPicture(spec) {
  const parts = [];
  let y = MARGIN - 10;
  if (spec.mark) y = block(parts, y, spec.mark, 17, { "font-weight": 700, fill: "#7F3300" }) + 6;
  y = block(parts, y, spec.title, 26, { "font-weight": 700 });
  y = block(parts, y + 4, spec.sentence, 17, { fill: BLUE }) + 20;
  const beside = spec.legend ? 300 : 0;
  const top = y;
  y = drawAll(parts, y, spec.drawings, beside);
  if (spec.legend) y = Math.max(y, drawLegend(parts, spec.legend, spec.legendTitle, top));
  y = block(parts, y + 4, spec.source, 12.5, { fill: MUTED });
  const height = Math.ceil(y + MARGIN - 10);
  return s("svg", { xmlns: "http://www.w3.org/2000/svg", viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height, "font-family": "Inter, Arial, Helvetica, sans-serif" },
    s("title", {}, spec.title), patternDefs("legend"),
    s("rect", { width: WIDTH, height, fill: "#FFFFFF" }),
    spec.mark ? s("rect", { width: WIDTH, height: 8, fill: ORANGE }) : null, parts);
}

function drawLegend(parts, keys, title, top) {
  const x = WIDTH - MARGIN - 290;
  let y = block(parts, top, title, 15, { "font-weight": 600 }, 290, x) + 14;
  for (const key of keys) {
    const fill = key.fill.startsWith("pattern:") ? `url(#legend-${key.fill.slice(8)})` : key.fill;
    parts.push(s("rect", { x, y, width: 30, height: 20, rx: 2, fill, stroke: MUTED }));
    y = block(parts, y - 5, `${key.label} (${key.count})`, 15, {}, 250, x + 42) + 12;
  }
  return y;
}

// XML forbids control characters, which a page may hold: with one the file would not open.
export function svgText(svg) {
  const text = new XMLSerializer().serializeToString(svg);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text.replace(/[^\t\n\r\u{20}-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")}\n`;
}

// The same picture as PNG at twice the size, drawn by the browser itself.
export async function pngBlob(svg) {
  const url = URL.createObjectURL(new Blob([svgText(svg)], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = 2 * Number(svg.getAttribute("width"));
    canvas.height = 2 * Number(svg.getAttribute("height"));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((done) => canvas.toBlob(done, "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}
