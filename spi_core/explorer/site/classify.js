// How the areas of a map are coloured: classes, their fills, and how many areas each holds.

import { classBreaks, classOf, divergingBreaks } from "./breaks.js";
import { number, shortUnit, signed } from "./format.js";
import { turnOf } from "./turn.js";
import { diverging, RATING_FILLS, sequential, STATE_PATTERNS, WHITE } from "./palette.js";

// { fills: one a area, keys: [{ key, fill, label, count }], title }; a fill is a colour or "pattern:NAME".
export function colourMap(model, state) {
  const measure = model.measure(state.measure);
  if (state.show === "change") return changeMap(model, state, measure);
  if (state.show === "rating" && model.hasRating(measure.id, state.level) && model.isLast(state.period)) return ratingMap(model, state, measure);
  return valueMap(model, state, measure);
}

// What a map can really show of the wish in `state.show`.
export function shownAs(model, state) {
  if (state.show === "rating") return model.hasRating(state.measure, state.level) && model.isLast(state.period) ? "rating" : "value";
  return state.show;
}

function valueMap(model, state, measure) {
  const { level, period, count } = state;
  const values = model.values(measure.id, level, period);
  const pool = state.classes === "fixed" ? model.periods.flatMap((p) => model.values(measure.id, level, p.id)) : values;
  const limits = classBreaks(pool, state.classes, count);
  const colours = sequential(limits.length);
  const lowest = Math.min(...pool.filter((v) => v !== null));
  const states = model.states_of(measure.id, level, period);
  const counts = new Array(limits.length).fill(0);
  const absent = new Map();
  const fills = model.areas(level).map((area, i) => {
    const value = values[i] ?? null;
    if (value === null) return absentFill(absent, states[i] || model.absentState(measure.id));
    const c = classOf(value, limits);
    counts[c] += 1;
    return colours[c];
  });
  const write = (v) => shortUnit(number(v, measure.digits), measure.unit);
  const keys = limits.map((limit, i) => ({
    key: `class-${i}`,
    fill: colours[i],
    label: limits.length === 1 ? write(limit) : i ? `over ${write(limits[i - 1])} to ${write(limit)}` : `${write(lowest)} to ${write(limit)}`,
    count: counts[i],
  }));
  return { fills, keys: [...keys.reverse(), ...absentKeys(model, absent, measure)] };
}

function ratingMap(model, state, measure) {
  const col = model.column(measure.id, state.level);
  const values = model.values(measure.id, state.level, state.period);
  const states = model.states_of(measure.id, state.level, state.period);
  const absent = new Map();
  const counts = { s: 0, m: 0, w: 0, "-": 0 };
  const letters = [];
  const fills = values.map((value, i) => {
    letters[i] = "";
    if (value === null) return absentFill(absent, states[i] || model.absentState(measure.id));
    letters[i] = col.rating[i];
    counts[letters[i]] += 1;
    return RATING_FILLS[letters[i]];
  });
  return { fills, letters, keys: [...ratingKeys(model, counts), ...absentKeys(model, absent, measure)] };
}

// `measure` where the ratings are of its change.
function ratingKeys(model, counts, measure) {
  return Object.entries(counts).map(([letter, count]) => ({
    key: `rating-${letter}`,
    fill: RATING_FILLS[letter],
    label: `${model.rating(letter).symbol} ${(measure && turnOf(measure, letter)) || model.rating(letter).word}`,
    count,
  }));
}

function changeMap(model, state, measure) {
  const col = model.column(measure.id, state.level);
  const areas = model.areas(state.level);
  const absent = new Map();
  if (!col?.change_rating) {
    const fills = areas.map(() => absentFill(absent, "n"));
    return { fills, letters: areas.map(() => ""), keys: [{ key: "state-n", fill: fills[0], label: "no change can be given", count: areas.length }] };
  }
  const size = state.classes === "equal" || state.classes === "jenks";
  if (size && col.change) return changeSizes(col, measure, areas);
  const counts = { i: 0, n: 0, d: 0, "-": 0 };
  const letters = areas.map((_, i) => col.change_rating[i] ?? "-");
  const fills = letters.map((letter) => {
    counts[letter] += 1;
    return RATING_FILLS[letter];
  });
  return { fills, letters, keys: ratingKeys(model, counts, measure) };
}

function changeSizes(col, measure, areas) {
  const limits = divergingBreaks(col.change);
  const colours = diverging(measure.polarity);
  const counts = [0, 0, 0, 0, 0];
  let none = 0;
  const fills = areas.map((_, i) => {
    const value = col.change[i] ?? null;
    if (value === null) {
      none += 1;
      return `pattern:${STATE_PATTERNS.n}`;
    }
    const c = classOf(value, limits);
    counts[c] += 1;
    return colours[c];
  });
  const digits = Math.max(1, measure.digits);
  const most = -limits[4];
  const keys = limits.map((limit, i) => ({
    key: `class-${i}`,
    fill: colours[i],
    label: i ? `over ${signed(limits[i - 1], digits)} to ${signed(limit, digits)}` : `${signed(most, digits)} to ${signed(limit, digits)}`,
    count: counts[i],
  })).reverse();
  if (none) keys.push({ key: "state-n", fill: `pattern:${STATE_PATTERNS.n}`, label: "no change can be given", count: none });
  return { fills, letters: areas.map((_, i) => col.change_rating[i] ?? "-"), keys };
}

function absentFill(absent, letter) {
  absent.set(letter, (absent.get(letter) ?? 0) + 1);
  return STATE_PATTERNS[letter] ? `pattern:${STATE_PATTERNS[letter]}` : WHITE;
}

function absentKeys(model, absent, measure) {
  return [...absent].map(([letter, count]) => ({
    key: `state-${letter}`,
    fill: STATE_PATTERNS[letter] ? `pattern:${STATE_PATTERNS[letter]}` : WHITE,
    label: model.state(letter).word,
    meaning: (letter === "u" && model.unscoredReason(measure.id)) || model.state(letter).meaning,
    count,
  }));
}
