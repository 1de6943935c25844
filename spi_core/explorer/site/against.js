// A figure of an area beside that of the whole: what it is there, and whether the two clearly differ. As the written sentences do, it
// says so only where both likely ranges are known and do not meet.

import { h } from "./dom.js";
import { valueText } from "./words.js";

const WORDS = { better: ["up", "▲ clearly better"], worse: ["down", "▼ clearly worse"], like: ["same", "● not clearly different"] };

// "better", "worse", "like"; nothing where it can't be said.
export function againstWhole(measure, cell, home) {
  const ends = [cell.low, cell.high, home.low, home.high];
  if (cell.value === null || home.value === null || ends.includes(null)) return "";
  const side = cell.low > home.high ? 1 : cell.high < home.low ? -1 : 0;
  return side === 0 ? "like" : side * measure.polarity > 0 ? "better" : "worse";
}

// "city 104.6" of a part of it and, where it can be said, "● not clearly different".
export function besideWhole(model, measure, area, cell, period) {
  const home = model.homeCell(measure.id, area.level, period);
  if (!home || cell.value === null) return [];
  const found = WORDS[againstWhole(measure, cell, home)];
  return [h("span", { class: "beside" }, `${model.whole} ${valueText(model, measure, home)}`), found ? h("span", { class: `chip chip-${found[0]}` }, found[1]) : null];
}
