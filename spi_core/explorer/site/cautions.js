// What a reader must know of a view's figures before using them.

import { MARKS } from "./words.js";

// The cautions of a view; nothing where there is nothing to know.
export function viewNote(model, state) {
  return illustrativeNote(model, state);
}

export function leaves(model, measure) {
  return measure.kind === "indicator" ? [measure] : model.children(measure.id).flatMap((m) => leaves(model, m));
}

// Which components a view's index or dimension lacks, in a sentence; nothing where it lacks none.
export function partialWords(model, state) {
  const shown = ["map", "compare", "figure"].includes(state.view) ? model.measure(state.measure) : model.measures[0];
  return ["targets", "about"].includes(state.view) ? "" : shown.partial ?? "";
}

// What is drawn over time is of several periods: how much of it is illustrative.
export function overTimeNote(model, measure, areas) {
  if (measure.comparable === false) return "";
  const rows = areas.map((area) => model.periods.map((p, i) => {
    const single = measure.kind === "indicator";
    const cell = single ? model.cell(measure.id, area, p.id) : model.change(measure.id, area);
    return model.onLine(measure.id, area, i) === null ? null : cell.illustrative;
  }).filter((made) => made !== null));
  const cells = rows.some((row) => row.length > 1) ? rows.flat() : [];
  const made = cells.filter(Boolean).length;
  const { sign, word } = MARKS.illustrative;
  return made ? `${sign} ${made} of ${cells.length} figures drawn over time ${made === 1 ? "is" : "are"} ${word}: made up to show the method, not real data.` : "";
}

// How many of a view's figures are illustrative, in words; nothing where none is.
export function illustrativeNote(model, state) {
  const areas = model.areas(state.level);
  const made = model.illustrative(state.measure, state.level, state.period);
  const count = state.show === "change" ? areas.filter((area) => model.changeIsIllustrative(state.measure, area)).length : made;
  if (!count || (state.show === "change" && !model.hasChange(state.measure, state.level))) return "";
  const { sign, word } = MARKS.illustrative;
  const plural = model.level(state.level).plural;
  if (state.show === "change") return `${sign} ${count === areas.length ? "These changes" : `The changes of ${count} of ${areas.length} ${plural}`} rest in part on ${word} figures: made up to show the method, not real data.`;
  return `${sign} ${count === areas.length ? `All figures shown are ${word}` : `${count} of ${areas.length} ${plural} have ${word} figures`}: made up to show the method, not real data.`;
}
