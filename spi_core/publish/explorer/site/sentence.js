// Title and sentence of a view. Written sentences come with the data; counts are put in words here.

import { number, withUnit } from "./format.js";
import { shownAs } from "./classify.js";
import { areaSentence, MARKS } from "./words.js";

// "2013" or "2013 to 2014", as the view shows it.
export function periodWords(model, state) {
  const first = model.periods[0].label;
  const last = model.periods[model.periods.length - 1].label;
  const shown = shownAs(model, state);
  if (shown === "change") return `change from ${first} to ${last}`;
  return shown === "rating" ? `against similar wards, ${last}` : model.period(state.period).label;
}

export function mapTitle(model, state) {
  return `${model.measure(state.measure).name}, ${periodWords(model, state)}`;
}

// What the map says: of the chosen area, or of all of them.
export function mapSentence(model, state) {
  const measure = model.measure(state.measure);
  const area = model.area(state.area);
  if (!model.has(measure.id, state.level)) return absentSentence(model, measure, state.level);
  const change = state.show === "change";
  if (area && (change || model.isLast(state.period))) {
    const written = model.areaSentence(measure.id, area, change);
    if (written) return written;
  }
  if (area) return areaSentence(model, state, measure, area);
  if (change) return changeCounts(model, measure, state.level);
  if (shownAs(model, state) === "rating") return ratingCounts(model, measure, state.level);
  return model.spread(measure.id, state.level, state.period) || spreadCounts(model, state, measure);
}

export function absentSentence(model, measure, level) {
  const plural = model.level(level).plural;
  if (measure.kind === "component" && measure.scored === false) return `${measure.name} is ${measure.note || "not scored"}.`;
  const elsewhere = measure.levels.map((l) => (l === "borough" ? "the borough" : model.level(l).plural));
  return elsewhere.length
    ? `There are no figures of ${measure.name} for ${plural}; there are for ${elsewhere.join(" and ")}.`
    : `There are no figures of ${measure.name} in this edition.`;
}

export function changeCounts(model, measure, level) {
  const col = model.column(measure.id, level);
  const total = model.areas(level).length;
  const plural = model.level(level).plural;
  if (!col?.change_rating) return `${measure.name}: no change can be given for ${plural}.`;
  const of = (letter) => [...col.change_rating].filter((l) => l === letter).length;
  const [up, down, none] = [of("i"), of("d"), of("-")];
  if (none === total) {
    const why = model.change(measure.id, model.areas(level)[0]).reason;
    return `${measure.name}: whether ${plural} have changed can’t be rated${why ? ` (${why})` : ""}.`;
  }
  const rest = total - up - down - none;
  const parts = [`${up || "none"} clearly improved`, `${down || "none"} clearly declined`, `${rest || "none"} show no clear change`];
  return `${measure.name}: of the ${total} ${plural}, ${parts.join(", ")}${none ? `, ${none} can’t be rated` : ""}.`;
}

function ratingCounts(model, measure, level) {
  const letters = [...model.column(measure.id, level).rating];
  const of = (letter) => letters.filter((l) => l === letter).length;
  const total = letters.length;
  return `${measure.name}: against similar wards a strength in ${of("s")} of ${total} ${model.level(level).plural} and a weakness in ${of("w")}.`;
}

function spreadCounts(model, state, measure) {
  const values = model.values(measure.id, state.level, state.period).filter((v) => v !== null);
  const plural = model.level(state.level).plural;
  if (!values.length) return `${measure.name}: no figures for ${plural} in ${model.period(state.period).label}.`;
  const low = number(Math.min(...values), measure.digits);
  const high = withUnit(number(Math.max(...values), measure.digits), measure.unit);
  return `${measure.name}: figures of ${values.length} of ${model.areas(state.level).length} ${plural} run from ${low} to ${high}.`;
}

// How many of a view's figures are illustrative, in words; nothing where none is.
export function illustrativeNote(model, state) {
  const areas = model.areas(state.level);
  const made = model.illustrative(state.measure, state.level, state.period);
  const count = state.show === "change" ? areas.filter((area) => model.changeIsIllustrative(state.measure, area)).length : made;
  if (!count || (state.show === "change" && !model.hasChange(state.measure, state.level))) return "";
  const { sign, word } = MARKS.illustrative;
  const plural = model.level(state.level).plural;
  return `${sign} ${count === areas.length ? `All figures shown are ${word}` : `${count} of ${areas.length} ${plural} have ${word} figures`}: made up to show the method, not real data.`;
}
