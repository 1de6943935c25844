// The view of the reader's own weights: not the official index, and one click back to it.

import { button, h, replace, slider, uniqueId } from "./dom.js";
import { chartBox } from "./chartbox.js";
import { rankMoves } from "./charts.js";
import { number, ordinal, signed, subtracted } from "./format.js";
import { MOST_WEIGHT } from "./state.js";
import { QUARTERS, rankShort } from "./words.js";
import { weighLevel } from "./weigh.js";

const WEIGHT_WORDS = { 0: "left out", 0.5: "half", 1: "as official", 1.5: "one and a half times", 2: "twice", 2.5: "two and a half times", 3: "three times", 3.5: "three and a half times", 4: "four times" };

function levelOf(model, state) {
  return model.recipe.scores[state.level] && model.within(state.level) ? state.level : model.unit.id;
}

export function createWeights(ctx) {
  const { model } = ctx;
  const last = model.periods[model.periods.length - 1];
  const sliders = new Map();
  const flag = h("div", { class: "callout", role: "note" });
  const heading = h("h3", { tabindex: "-1" }, "How much each component counts");
  const reset = button(["Reset", h("span", { class: "sr" }, " to the official index")], { class: "button", "data-key": "reset-weights" }, () => {
    ctx.go({ weights: {} });
    heading.focus();
  });
  const form = h("section", { class: "no-print" }, heading, groups());
  const result = h("section", { class: "result" });
  const listed = h("ul", { class: "plain print-only" });
  const following = h("p", {});
  // What the sliders do, in sight of each of them, and the way back.
  const follow = h("div", { class: "follow no-print", role: "group", "aria-label": "Your weights" }, following, reset);
  const el = h("div", {}, flag, listed, h("div", { class: "grid even" }, form, result), follow);
  let known = { key: "", rows: [] };

  function groups() {
    const scored = new Set(model.recipe.components);
    return model.measures.filter((m) => m.kind === "dimension").map((d) => h("fieldset", { class: "weight-group" }, h("legend", {}, d.name),
      model.children(d.id).map((m) => (scored.has(m.place) ? weightOf(m) : h("p", { class: "muted small" }, `${m.name}: ${m.note || "not scored"}.`)))));
  }

  function weightOf(measure) {
    const id = uniqueId("weight");
    const output = h("output", { class: "value small", for: id });
    const input = slider({ id, min: 0, max: MOST_WEIGHT, step: 0.5, "data-weight": measure.id }, () => {
      const weights = { ...ctx.state().weights, [measure.id]: Number(input.value) };
      ctx.go({ weights }, { replace: true });
    });
    sliders.set(measure.id, { input, output });
    return h("div", { class: "weight" }, h("label", { for: id }, measure.name), output, input);
  }

  function rowsOf(state) {
    const level = levelOf(model, state);
    const key = `${level} ${JSON.stringify(state.weights)}`;
    if (known.key !== key) known = { key, rows: weightRows(model, level, last.id, state.weights) };
    return known.rows;
  }

  return {
    el,
    controls: ["find"],
    title: (state) => (ownWeights(state) ? "What matters to you: not the official index" : "What matters to you"),
    sentence: (state) => weightsSentence(model, state, rowsOf(state)),
    note: (state) => illustrativeIndex(model, levelOf(model, state), last.id),
    update(state) {
      const own = ownWeights(state);
      replace(flag, own
        ? h("p", {}, h("strong", {}, "Not the official index. "), "These places follow from your own weights. The official index counts each dimension alike, and each component alike within it.")
        : h("p", {}, h("strong", {}, "This is the official index. "), "Move a slider to see what changes when a component matters more, or less, to you."));
      follow.hidden = !own;
      following.textContent = own ? followText(model, state, rowsOf(state)) : "";
      replace(listed, model.components.filter((m) => sliders.has(m.id)).map((m) => h("li", {}, `${m.name}: ${weightWord(state.weights[m.id] ?? 1)}`)));
      for (const [id, { input, output }] of sliders) {
        const weight = state.weights[id] ?? 1;
        if (Number(input.value) !== weight) input.value = weight;
        input.setAttribute("aria-valuetext", weightWord(weight));
        output.textContent = weightWord(weight);
      }
      drawResult(model, result, state, rowsOf(state), own);
    },
    twin: (state) => weightsTwin(model, state, rowsOf(state)),
  };
}

function ownWeights(state) {
  return Object.keys(state.weights).length > 0;
}

function weightWord(weight) {
  return WEIGHT_WORDS[weight] ?? `${weight} times`;
}

// "Shelter counts twice; Personal Safety is left out; all others as official."
function weightsText(model, state) {
  const said = model.components.filter((m) => state.weights[m.id] !== undefined).map((m) => `${m.name} ${state.weights[m.id] ? `counts ${weightWord(state.weights[m.id])}` : "is left out"}`);
  return `${said.join("; ")}; all else as official.`;
}

// The line that stays in sight: where the reader's area now stands, with its range.
function followText(model, state, rows) {
  if (!rows.length) return "Every component is left out.";
  const chosen = rows.find((r) => r.area.code === state.area);
  const moved = rows.filter((r) => r.moved).length;
  if (!chosen) return `Your weights: ${moved} of ${rows.length} ${model.level(levelOf(model, state)).plural} change place. Find your ${model.unit.singular} above to follow it.`;
  return `Your weights: ${chosen.area.name} ${chosen.mineShort}${chosen.made ? "\u00a0◇" : ""}. Officially ${chosen.officialShort}.`;
}

function weightRows(model, level, period, weights) {
  const official = weighLevel(model, level, period, {});
  const mine = weighLevel(model, level, period, weights);
  const index = model.measures[0];
  const plural = model.level(level).plural;
  const count = mine.values.filter((v) => v !== null).length;
  return model.areas(level).map((area, i) => {
    const cell = model.cell(index.id, area, period);
    const before = official.places[i];
    const after = mine.places[i];
    const range = mine.ranges[i];
    return {
      ranges: range && cell.rankLow !== null ? [rangeText([cell.rankLow, cell.rankHigh]), rangeText(range)] : null,
      officialShort: rankShort(cell) || quarterText(before, count), mineShort: placeText(after, range, count),
      area, made: cell.illustrative, before, after, value: mine.values[i], was: official.values[i], moved: before !== null && after !== null ? before - after : null,
      mine: placeText(after, range, count, plural),
    };
  }).filter((row) => row.value !== null).sort((a, b) => a.after - b.after);
}

function placeText(place, range, count, plural) {
  if (place === null) return "";
  if (!range) return quarterText(place, count, plural);
  return `${ordinal(place)}${plural ? ` of ${count} ${plural}` : ""}, likely ${rangeText(range)}`;
}

function rangeText([low, high]) {
  return low === high ? ordinal(low) : `${ordinal(low)} to ${ordinal(high)}`;
}

function quarterText(place, count, plural) {
  return place === null ? "" : `${QUARTERS[Math.min(Math.ceil((4 * place) / count), 4)]}${plural ? ` of ${count} ${plural}` : ""}`;
}

function movedText(moved) {
  if (!moved) return "→ same place";
  const n = Math.abs(moved);
  const by = number(n, n % 1 ? 1 : 0);
  return moved > 0 ? `↑ up ${by}` : `↓ down ${by}`;
}

function weightsSentence(model, state, rows) {
  const plural = model.level(levelOf(model, state)).plural;
  if (!Object.keys(state.weights).length) return `Every component counts as in the official index of the ${rows.length} ${plural}.`;
  if (!rows.length) return "Every component is left out: give at least one some weight.";
  const moved = rows.filter((r) => r.moved);
  const chosen = rows.find((r) => r.area.code === state.area);
  const said = moved.length
    ? `With your weights ${moved.length} of ${rows.length} ${plural} change place.`
    : `With your weights every one of the ${rows.length} ${plural} keeps its place.`;
  const own = chosen ? ` ${chosen.area.name}: ${chosen.mine}; officially ${chosen.officialShort}.` : "";
  return `${said}${own} ${weightsText(model, state)}`;
}

function illustrativeIndex(model, level, period) {
  const some = model.areas(level).some((a) => model.cell(model.measures[0].id, a, period).illustrative);
  return some ? "◇ The scores rest on illustrative figures: made up to show the method, not real data." : "";
}

function drawResult(model, section, state, rows, own) {
  // Places are drawn once something moves, and only with their ranges.
  const drawn = rows.length <= 40 && rows.some((r) => r.moved) && rows.every((r) => r.ranges);
  const plural = model.level(levelOf(model, state)).plural;
  replace(section, h("h3", {}, own ? "How the places move (not the official index)" : "The official places"),
    drawn ? chartBox((width) => rankMoves({
      width, leftTitle: "Official", rightTitle: "Your weights",
      rows: rows.map((r) => ({ name: r.area.name, before: r.before, after: r.after, ranges: r.ranges, chosen: r.area.code === state.area, sign: movedText(r.moved).slice(0, 1) })),
      label: `Places of the ${rows.length} ${plural}, official and by your weights. ${rows.map((r) => `${r.area.name}: ${movedText(r.moved)}`).join("; ")}.`,
    }), "Beside each name stands the range of places that is likely: a place alone says more than is known.") : null,
    h("ol", { class: "plain moves" }, rows.slice(0, 40).map((r) => h("li", {},
      h("strong", {}, r.area.name), ` ${r.mine}. `, own ? h("span", { class: "muted" }, `${movedText(r.moved)}; officially ${r.officialShort}`) : null))),
    h("p", { class: "muted small" }, "Likely ranges of your own places are approximate: drawn from the components’ intervals, taken as independent of each other, and never narrower than the official ones."));
}

function marked(row, value) {
  return number(value, 1) + (row.made ? "\u00a0◇" : "");
}

function weightsTwin(model, state, rows) {
  const level = levelOf(model, state);
  const own = Object.keys(state.weights).length > 0;
  return {
    caption: `${own ? `Places by your own weights beside the official index. Not the official index. ${weightsText(model, state)}` : "The official index and places."} Places are among ${rows.length} ${model.level(level).plural}.`,
    columns: [{ label: model.level(level).name }, { label: "Your score", right: true }, { label: "Official score", right: true }, { label: "Difference", right: true }, { label: "Your place, likely places" }, { label: "Official place, likely places" }, { label: "Move" }, { label: "Official or not" }],
    rows: rows.map((r) => ({
      key: r.area.code,
      chosen: r.area.code === state.area,
      cells: [
        { text: r.area.name }, { text: marked(r, r.value), sort: r.value }, { text: marked(r, r.was), sort: r.was }, { text: subtracted(number(r.value, 1), number(r.was, 1)), sort: r.value - r.was },
        { text: r.mineShort, sort: r.after }, { text: r.officialShort, sort: r.before }, { text: movedText(r.moved), sort: r.moved }, { text: own ? "not the official index" : "official" },
      ],
    })),
  };
}
