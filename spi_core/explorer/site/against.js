// A figure of an area beside that of the whole: what it is there, and whether the two clearly differ. As the written sentences do, it
// says so only where both likely ranges are known and that of the difference leaves out zero.

import { h } from "./dom.js";
import { valueText } from "./words.js";

// Without the signs of ratings, which are held against similar areas.
const WORDS = { better: ["up", "clearly better"], worse: ["down", "clearly worse"], like: ["same", "not clearly different"] };

// The likely range of a difference from those of its two figures: Newcombe's rule, as in spi_core/method/intervals.py. 1 and -1 where the
// first clearly lies above or below the second, 0 where chance may part them, null where a range is not known.
export function sideOf(here, there) {
  if ([here.low, here.high, there.low, there.high].includes(null)) return null;
  const gap = here.value - there.value;
  if (gap - Math.hypot(here.value - here.low, there.high - there.value) > 0) return 1;
  return gap + Math.hypot(here.high - here.value, there.value - there.low) < 0 ? -1 : 0;
}

// "better", "worse", "like"; nothing where it can't be said.
export function againstWhole(measure, cell, home) {
  if (cell.value === null || home.value === null) return "";
  const side = sideOf(cell, home);
  if (side === null) return "";
  return side === 0 ? "like" : side * measure.polarity > 0 ? "better" : "worse";
}

// "city 104.6" of a part of it and, where it can be said, "not clearly different".
export function besideWhole(model, measure, area, cell, period) {
  const home = model.homeCell(measure.id, area.level, period);
  if (!home || cell.value === null) return [];
  const found = WORDS[againstWhole(measure, cell, home)];
  return [h("span", { class: "beside" }, `${model.whole} ${valueText(model, measure, home)}`), found ? h("span", { class: `chip chip-${found[0]}` }, found[1]) : null];
}

// Cells from the highest to the lowest in groups in which no two clearly differ: between them no order is claimed.
export function orderGroups(sorted) {
  const groups = [];
  for (const cell of sorted) {
    const group = groups[groups.length - 1];
    if (group?.every((other) => sideOf(other, cell) === 0)) group.push(cell);
    else groups.push([cell]);
  }
  return groups;
}
