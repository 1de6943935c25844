// Colours and patterns of maps and charts: blue for amounts, orange–grey–blue for ratings, no red against green.

import { s } from "./dom.js";

export const INK = "#1F2933";
export const MUTED = "#52606D";
export const HAIRLINE = "#D5DBE1";
export const BLUE = "#12436D";
export const SKY = "#6BACE6";
export const ORANGE = "#F46A25";
export const WHITE = "#FFFFFF";

// Light to dark; none in between, where neither white nor dark text could be read.
const BLUES = {
  1: ["#6BACE6"],
  2: ["#B7D3EE", BLUE],
  3: ["#E4EDF6", "#6BACE6", BLUE],
  4: ["#E4EDF6", "#A9CDEE", "#5E9FDB", BLUE],
  5: ["#E4EDF6", "#B7D3EE", "#6BACE6", "#2C6CA3", BLUE],
  6: ["#EAF1F8", "#C6DCF1", "#98C4EC", "#5FA2DE", "#2C6CA3", BLUE],
  7: ["#F0F5FA", "#D3E4F4", "#AED0EF", "#86BAEA", "#5C9FDB", "#2C6CA3", BLUE],
};
const FIVE = ["#7F3300", "#F46A25", "#F3F2F1", "#6BACE6", "#12436D"];

// Fills of the ratings: the letters of the data's `ratings`.
export const RATING_FILLS = { s: BLUE, m: "#BFBFBF", w: ORANGE, i: BLUE, n: "#BFBFBF", d: ORANGE, "-": WHITE };

// Patterns of cells without a number: state letter → name of the pattern.
export const STATE_PATTERNS = { s: "hatch", x: "back", n: "dots", u: "lines" };

// Light to dark blue, one colour a class.
export function sequential(n) {
  return BLUES[n] ?? [];
}

// Brown, orange, light grey, sky, blue; turned round where less is better.
export function diverging(polarity) {
  return polarity < 0 ? [...FIVE].reverse() : FIVE;
}

// White or ink, whichever reads better on a fill.
export function textOn(fill) {
  if (!/^#[0-9a-f]{6}$/i.test(fill)) return INK;
  const channel = (i) => {
    const c = Number.parseInt(fill.slice(1 + 2 * i, 3 + 2 * i), 16) / 255;
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  const light = 0.2126 * channel(0) + 0.7152 * channel(1) + 0.0722 * channel(2);
  return 1.05 / (light + 0.05) > (light + 0.05) / 0.069 ? WHITE : INK;
}

// <defs> with the four patterns; `unit` is how many drawing units make a pixel.
export function patternDefs(prefix, unit = 1) {
  const size = 8 * unit;
  const stroke = { stroke: MUTED, "stroke-width": 1.4 * unit, fill: "none" };
  const drawings = {
    hatch: [s("path", { d: `M0 ${size}L${size} 0`, ...stroke })],
    back: [s("path", { d: `M0 0L${size} ${size}`, ...stroke, stroke: "#9AA5B1" })],
    dots: [s("circle", { cx: size / 2, cy: size / 2, r: 1.2 * unit, fill: MUTED })],
    lines: [s("path", { d: `M0 ${size / 2}H${size}`, ...stroke, stroke: "#9AA5B1" })],
  };
  return s("defs", {}, Object.entries(drawings).map(([name, marks]) =>
    s("pattern", { id: `${prefix}-${name}`, width: size, height: size, patternUnits: "userSpaceOnUse" },
      s("rect", { width: size, height: size, fill: name === "hatch" ? "#EEF1F4" : WHITE }), marks)));
}
