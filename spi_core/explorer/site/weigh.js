// "What matters to you": the index again, with the reader's own weights of the components.

const Z90 = 1.6449;
const DRAWS = 400;
const MOST_RANKED = 400;

// Weighted mean of an order (1 arithmetic, 0 geometric, −1 harmonic), as the index itself is made.
function weightedMean(values, weights, order) {
  let top = 0;
  let total = 0;
  values.forEach((v, i) => {
    if (v === null || !weights[i]) return;
    top += weights[i] * (order === 0 ? Math.log(v) : v ** order);
    total += weights[i];
  });
  if (!total) return null;
  return order === 0 ? Math.exp(top / total) : (top / total) ** (1 / order);
}

// One area's index: each dimension a weighted mean of its scored components; the index a mean of the dimensions, each weighted by the
// mean weight of its components. All weights 1 give the official index.
export function weighArea(scores, dimensions, weights, recipe) {
  const groups = new Map();
  dimensions.forEach((d, i) => {
    if (scores[i] === null) return;
    const group = groups.get(d) ?? { values: [], weights: [] };
    group.values.push(scores[i]);
    group.weights.push(weights[i]);
    groups.set(d, group);
  });
  const parts = [...groups.values()].map((g) => ({
    value: weightedMean(g.values, g.weights, recipe.dimension_order),
    weight: g.weights.reduce((a, b) => a + b, 0) / g.weights.length,
  }));
  return weightedMean(parts.map((p) => p.value), parts.map((p) => p.weight), recipe.index_order);
}

// A small seeded generator (mulberry32) and normal draws from it: the same page shows the same ranges.
function generator(seed) {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  return () => Math.sqrt(-2 * Math.log(uniform() + 1e-12)) * Math.cos(2 * Math.PI * uniform());
}

// Places from 1 for the highest; equal scores share the middle of their places.
export function placesOf(values) {
  const known = values.map((v, i) => [v, i]).filter(([v]) => v !== null).sort((a, b) => b[0] - a[0]);
  const places = new Array(values.length).fill(null);
  for (let i = 0; i < known.length; ) {
    let j = i;
    while (j + 1 < known.length && Math.abs(known[j + 1][0] - known[i][0]) < 1e-9) j += 1;
    for (let k = i; k <= j; k += 1) places[known[k][1]] = (i + j) / 2 + 1;
    i = j + 1;
  }
  return places;
}

// Scores, places and likely places of a level's areas under weights (component id → weight; 1 where none is given).
export function weighLevel(model, level, period, weights) {
  const { recipe } = model;
  const ids = recipe.components.map((place) => model.measures[place].id);
  const vector = ids.map((id) => weights[id] ?? 1);
  const areas = model.areas(level);
  const p = model.periods.findIndex((x) => x.id === period);
  const exact = recipe.scores[level]?.[p];
  const column = (k) => exact?.[k] ?? model.column(ids[k], level)?.score?.[p] ?? areas.map(() => null);
  // An area without an official index lacks a component: no weights make it comparable.
  const official = model.column(model.measures[0].id, level)?.score?.[p];
  const scores = ids.map((_, k) => column(k).map((v, i) => (official?.[i] === null ? null : v)));
  const at = (i) => scores.map((s) => s[i] ?? null);
  const values = areas.map((_, i) => weighArea(at(i), recipe.dimensions, vector, recipe));
  const places = placesOf(values);
  // Untouched, it is the official index, whose ranges are known; drawn ones are others.
  const even = vector.every((weight) => weight === 1);
  const drawn = !even && areas.length <= MOST_RANKED ? likelyPlaces(model, level, ids, scores, areas, (row) => weighArea(row, recipe.dimensions, vector, recipe)) : null;
  const ranges = areas.map((area, i) => {
    const own = model.cell(model.measures[0].id, area, period);
    return even ? own.rankLow && [own.rankLow, own.rankHigh] : drawn && noNarrower(drawn[i], places[i], own, areas.length);
  });
  return { values, places, ranges };
}

// The official ranges also hold the choices of method: a reader's own are never narrower than those.
function noNarrower(range, place, official, count) {
  if (!range || official.rankLow === null) return range;
  const low = Math.floor(place - (official.rank - official.rankLow));
  const high = Math.ceil(place + (official.rankHigh - official.rank));
  return [Math.max(1, Math.min(range[0], low)), Math.min(count, Math.max(range[1], high))];
}

// Where places fall in 90 of 100 draws of the component scores from their intervals, components taken as independent; no draw leaves
// the scale that the means need.
function likelyPlaces(model, level, ids, scores, areas, weigh) {
  const errors = ids.map((id) => {
    const col = model.column(id, level);
    return areas.map((_, i) => (col?.low && col.low[i] !== null ? (col.high[i] - col.low[i]) / (2 * Z90) : null));
  });
  if (!errors.some((e) => e.some((v) => v !== null))) return null;
  const normal = generator(2014);
  const draws = areas.map(() => []);
  for (let k = 0; k < DRAWS; k += 1) {
    const drawn = areas.map((_, i) => weigh(ids.map((__, c) => (scores[c][i] === null ? null : Math.max(model.recipe.lowest, scores[c][i] + (errors[c][i] ?? 0) * normal())))));
    placesOf(drawn).forEach((place, i) => place !== null && draws[i].push(place));
  }
  return draws.map((row) => {
    if (!row.length) return null;
    row.sort((a, b) => a - b);
    return [Math.floor(row[Math.floor(0.05 * (row.length - 1))]), Math.ceil(row[Math.ceil(0.95 * (row.length - 1))])];
  });
}
