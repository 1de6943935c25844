// Title and sentence of a view. Written sentences come with the data; counts are put in words here.

import { number, spanText, withBracket, withUnit } from "./format.js";
import { shownAs } from "./classify.js";
import { absentWords, areaSentence, basisText, intervalText, MARKS, marksOf, valueText } from "./words.js";

// "2013" or "change from 2013 to 2014", as the view shows it, by the measure's own labels.
export function periodWords(model, state) {
  const { measure: id } = state;
  const shown = shownAs(model, state);
  if (shown === "change") return `change from ${spanText(model.firstLabel(id), model.lastLabel(id))}${basisText(model.measure(id))}`;
  return shown === "rating" ? `against similar ${model.unit.plural}, ${model.lastLabel(id)}` : model.periodLabel(id, state.period);
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
  if (area) return change ? areaSentence(model, state, measure, area) : standingSentence(model, state, measure, area);
  if (change) return changeCounts(model, measure, state.level);
  if (shownAs(model, state) === "rating") return ratingCounts(model, measure, state.level);
  return model.spread(measure.id, state.level, state.period) || spreadCounts(model, state, measure);
}

// What an area's figure is where no sentence is written: its period, and the whole's beside it without a judgement.
function standingSentence(model, state, measure, area) {
  const cell = model.cell(measure.id, area, state.period);
  const title = `${area.name}, ${measure.name}, ${model.periodLabel(measure.id, state.period)}`;
  if (cell.value === null) return `${title}: no figure, ${absentWords(model, cell)}`;
  const write = (c) => (measure.kind === "indicator" ? valueText(model, measure, c, { unit: true }) : valueText(model, measure, c).replace(/^\S+/, (text) => `${text} out of 100`));
  const likely = state.intervals && cell.low !== null ? `likely ${intervalText(measure, cell.low, cell.high)}` : "";
  const marks = marksOf(cell).map((name) => `, ${MARKS[name].word}`).join("");
  const home = model.homeCell(measure.id, area.level, state.period);
  const beside = home ? `; the ${model.whole}’s is ${valueText(model, measure, home)}` : "";
  return `${title}: ${withBracket(write(cell), likely)}${marks}${beside}.`;
}

export function absentSentence(model, measure, level) {
  const plural = model.level(level).plural;
  if (measure.kind === "component" && measure.scored === false) return `${measure.name} is ${measure.note || "not scored"}.`;
  const elsewhere = measure.levels.map((l) => (model.areas(l).length === 1 ? `the ${model.level(l).singular}` : model.level(l).plural));
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
  const ways = measure.polarity < 0 ? ["got clearly better (it fell)", "got clearly worse (it rose)"] : ["clearly improved", "clearly declined"];
  const parts = [`${up || "none"} ${ways[0]}`, `${down || "none"} ${ways[1]}`, `${rest || "none"} show no clear change`];
  return `${measure.name}${basisText(measure)}: of the ${total} ${plural}, ${parts.join(", ")}${none ? `, ${none} can’t be rated` : ""}. ${model.besideReference(measure.id, level)}`.trim();
}

function ratingCounts(model, measure, level) {
  const letters = [...model.column(measure.id, level).rating];
  const of = (letter) => letters.filter((l) => l === letter).length;
  const total = letters.length;
  return `${measure.name}: against similar ${model.unit.plural} a strength in ${of("s")} of ${total} ${model.level(level).plural} and a weakness in ${of("w")}. Each is held against those like it, not against its neighbours: a high score may be a weakness.`;
}

function spreadCounts(model, state, measure) {
  const values = model.values(measure.id, state.level, state.period).filter((v) => v !== null);
  const plural = model.level(state.level).plural;
  if (!values.length) return `${measure.name}: no figures for ${plural} in ${model.periodLabel(measure.id, state.period)}.`;
  const low = number(Math.min(...values), measure.digits);
  const high = withUnit(number(Math.max(...values), measure.digits), measure.unit);
  return `${measure.name}: figures of ${values.length} of ${model.areas(state.level).length} ${plural} run from ${low} to ${high}.`;
}
