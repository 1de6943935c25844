// A figure of an area beside the borough's: what it is there, and whether the two clearly differ. As the written sentences do, it
// says so only where both likely ranges are known and do not meet.

import { h } from "./dom.js";
import { valueText } from "./words.js";

const WORDS = { better: ["up", "▲ clearly better"], worse: ["down", "▼ clearly worse"], like: ["same", "● not clearly different"] };

// "better", "worse", "like"; nothing where it can't be said.
export function againstBorough(measure, cell, home) {
  const ends = [cell.low, cell.high, home.low, home.high];
  if (cell.value === null || home.value === null || ends.includes(null)) return "";
  const side = cell.low > home.high ? 1 : cell.high < home.low ? -1 : 0;
  return side === 0 ? "like" : side * measure.polarity > 0 ? "better" : "worse";
}

// "borough 104.6" and, where it can be said, "● not clearly different"; nothing for the borough itself.
export function besideBorough(model, measure, area, cell, period) {
  const borough = model.borough();
  if (!borough || area === borough || cell.value === null) return [];
  const home = model.cell(measure.id, borough, period);
  if (home.value === null) return [];
  const found = WORDS[againstBorough(measure, cell, home)];
  return [h("span", { class: "beside" }, `borough ${valueText(model, measure, home)}`), found ? h("span", { class: `chip chip-${found[0]}` }, found[1]) : null];
}
