// What if a figure of an area were another: a scenario, as spi_core/action/scenario.py reckons it. Nothing leaves the page.

import { h, replace, slider, uniqueId } from "./dom.js";
import { endpoints, number, ordinal, signed, withUnit } from "./format.js";
import { placesOf, weighArea } from "./weigh.js";

const raised = (v, order) => (order === 0 ? Math.log(v) : v ** order);
const lowered = (v, order) => (order === 0 ? Math.exp(v) : v ** (1 / order));

// Score of a figure: treated, between the goalposts, on the scale that the means need.
function scoreOf(model, { goalposts: post, transform }, value) {
  const on = (x) => {
    const within = Math.min(Math.max(x, post.treated?.[0] ?? -Infinity), post.treated?.[1] ?? Infinity);
    return transform === "log" ? Math.log(within + post.treated[2]) : within;
  };
  const part = (on(value) - on(post.worst)) / (on(post.best) - on(post.worst));
  const { lowest } = model.recipe;
  return lowest + (100 - lowest) * Math.min(Math.max(part, 0), 1);
}

// The figures that can be moved: those whose exact score the page knows.
export function movable(model, area) {
  if (area.level !== model.unit.id || model.recipe.component_order === null) return [];
  const last = model.periods[model.periods.length - 1].id;
  return model.measures.filter((m) => {
    if (m.kind !== "indicator" || !m.page.weight.share) return false;
    const col = model.column(m.id, area.level);
    const cell = model.cell(m.id, area, last);
    const known = (col?.exact?.[area.place] ?? null) !== null || (col?.derived && cell.count !== null);
    return known && cell.value !== null && cell.state !== "e" && model.cell(model.measure(m.parent).id, area, last).value !== null;
  });
}

// Scores and places now and then of the component, dimension and index that a figure counts in; `value` null: as it is.
export function scenario(model, area, measure, value) {
  const { recipe } = model;
  const p = model.periods.length - 1;
  const period = model.periods[p].id;
  const at = area.place;
  const col = model.column(measure.id, area.level);
  const order = recipe.component_order;
  const component = model.measure(measure.parent);
  const k = recipe.components.indexOf(component.place);
  const exact = model.areas(area.level).map((_, i) => recipe.scores[area.level][p].map((row) => row[i]));
  const now = col.exact?.[at] ?? scoreOf(model, measure.page, (col.count[at] / col.base[at]) * measure.page.per);
  const to = value === null ? now : scoreOf(model, measure.page, value);
  const all = model.children(component.id).filter((m) => !/^n*$/.test(model.states_of(m.id, area.level, period)));
  const share = measure.page.weight.share / all.reduce((sum, m) => sum + (m.page.weight.share ?? 0), 0);
  const then = [...exact[at]];
  if (to !== now) then[k] = lowered(raised(then[k], order) + share * (raised(to, order) - raised(now, order)), order);
  const even = then.map(() => 1);
  const dimension = model.measure(component.parent);
  const mean = (row, of) => weighArea(row.map((v, i) => (of === undefined || recipe.dimensions[i] === of ? v : null)), recipe.dimensions, even, recipe);
  return [[component, (row) => row[k]], [dimension, (row) => mean(row, dimension.place)], [model.measures[0], (row) => mean(row)]].map(([m, made]) => {
    const own = model.column(m.id, area.level);
    const cell = model.cell(m.id, area, period);
    const x = exact.map((row, i) => (own.score[p][i] === null ? null : made(row)));
    if (x[at] === null) return { measure: m, cell, now: null };
    const step = made(then) - x[at];
    const end = (v) => (v === null ? null : Math.min(Math.max(v + step, 0), 100));
    const place = step ? movedPlace(x, own, cell, at, step) : [cell.rankLow, cell.rankHigh];
    return { measure: m, cell, now: x[at], then: x[at] + step, low: end(cell.low), high: end(cell.high), place: cell.rankLow === null ? null : place };
  });
}

// Each end of a place's range moves by as many areas as the score newly passes clearly; disjoint ranges exclude places.
function movedPlace(x, { low, high }, cell, at, step) {
  let [best, last, n, over, under] = [cell.rankLow, cell.rankHigh, 0, 0, 0];
  const known = (j) => x[j] !== null && (low?.[j] ?? null) !== null && low[at] !== null;
  x.forEach((v, j) => {
    n += v !== null;
    if (j === at || !known(j)) return;
    for (const [own, sign] of [[x[at], -1], [x[at] + step, 1]]) {
      if (v - own > Math.hypot(v - low[j], high[at] - x[at])) best += sign;
      if (own - v > Math.hypot(high[j] - v, x[at] - low[at])) last -= sign;
    }
    over += low[j] > high[at] + step;
    under += high[j] < low[at] + step;
  });
  const rank = placesOf(x.map((v, j) => (j === at ? v + step : v)))[at];
  return [Math.min(rank, Math.max(1, best, 1 + over)), Math.max(rank, Math.min(n, last, n - under))];
}

export function createScenario(ctx) {
  const { model } = ctx;
  const [pickId, slideId] = [uniqueId("what"), uniqueId("slide")];
  const pick = h("select", { id: pickId, "data-key": "what-if", onchange: choose });
  const label = h("label", { for: slideId });
  const output = h("output", { class: "value small", for: slideId });
  const slide = slider({ id: slideId, "data-key": "what-slide" }, draw);
  const result = h("ul", { class: "plain", "aria-live": "polite" });
  const el = h("details", { class: "scenario no-print" }, h("summary", { "data-key": "what-open" }, "What if a figure were different?"),
    h("p", { class: "callout" }, h("strong", {}, "Scenario – not a figure. "), "Arithmetic, no forecast: all else stays as it is."),
    h("label", { class: "label", for: pickId }, "Figure"), pick, h("div", { class: "weight" }, label, output, slide), result);
  let [area, start, cell] = [null, 0, null];
  const chosen = () => model.measure(pick.value);

  function choose() {
    const m = chosen();
    const { best, worst } = m.page.goalposts;
    cell = model.cell(m.id, area, model.periods[model.periods.length - 1].id);
    const counted = cell.count !== null;
    const unit = counted ? 1 : 10 ** -m.digits;
    const ends = [best, worst, cell.value].map((v) => (counted ? (v * cell.base) / m.page.per : v) / unit);
    start = counted ? cell.count : Number(cell.value.toFixed(m.digits));
    label.textContent = counted ? `${m.name}: number` : `${m.name}: ${m.unit}`;
    Object.assign(slide, { min: Math.max(0, Math.floor(Math.min(...ends))) * unit, max: Math.ceil(Math.max(...ends)) * unit, step: unit });
    slide.value = start;
    draw();
  }

  function draw() {
    const m = chosen();
    const x = Number(slide.value);
    const rate = cell.count === null ? x : (x / cell.base) * m.page.per;
    const apart = x - start;
    const write = (v) => number(v, cell.count === null ? m.digits : 0);
    const mark = cell.illustrative ? "\u00a0◇" : "";
    output.textContent = `${write(x)}${mark}, now ${write(start)}${mark}`;
    const said = [cell.count === null ? "" : `${write(Math.abs(apart))} ${apart > 0 ? "more" : "fewer"}${nounOf(m, Math.abs(apart))}`, withUnit(number(rate, m.digits), m.unit) + mark].filter(Boolean).join("; ");
    slide.setAttribute("aria-valuetext", said);
    replace(result, h("li", {}, apart ? `${said}.` : "Move the slider: nothing is different yet."), scenario(model, area, m, Math.abs(apart) < 1e-9 ? null : rate).map((row) => h("li", {}, h("strong", {}, row.measure.name), `: ${rowText(model, row)}`)));
  }

  return {
    el,
    update(next) {
      const known = movable(model, next);
      el.hidden = !known.length;
      if (area === next || !known.length) return;
      area = next;
      const kept = pick.value;
      replace(pick, known.map((m) => h("option", { value: m.id }, m.name)));
      if (known.some((m) => m.id === kept)) pick.value = kept;
      choose();
    },
  };
}

// What is counted, for one or for many, as the catalogue has it.
function nounOf(measure, n) {
  const [one, many] = measure.page.noun.split("/");
  return one && ` ${n === 1 ? one : many}`;
}

function rowText(model, { measure, cell, now, then, low, high, place }) {
  if (now === null) return "no score.";
  const mark = cell.illustrative ? "\u00a0◇" : "";
  const [before, after] = endpoints(now, then, then - now);
  const range = ([a, b]) => (a === b ? ordinal(a) : `${ordinal(a)} to ${ordinal(b)}`) + mark;
  return `${before}${mark} → ${after}${mark} (${signed(then - now, 1)})${low === null ? "" : `, likely ${number(low, 1)} to ${number(high, 1)}${mark}`}${place ? `; place ${range([cell.rankLow, cell.rankHigh])} → ${range(place)} of ${model.ranked(measure.id, model.unit.id)}` : ""}.`;
}
