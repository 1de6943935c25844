// Progress against the borough manifesto's targets, by theme.

import { button, h, replace } from "./dom.js";
import { number, withUnit } from "./format.js";

export function createTargets(ctx) {
  const { model } = ctx;
  const el = h("div", {});
  return {
    el,
    controls: [],
    plain: true,
    title: () => "Progress against the borough’s targets",
    sentence: () => targetsSentence(model),
    note: () => targetsNote(model),
    update() {
      replace(el, h("div", { class: "themes" }, themes(model).map(([theme, rows]) => h("section", {}, h("h3", {}, theme), rows.map((t) => targetCard(ctx, t))))));
    },
    twin: model.targets.length ? () => targetsTwin(model) : null,
  };
}

function themes(model) {
  const found = new Map();
  for (const target of model.targets) found.set(target.theme, [...(found.get(target.theme) ?? []), target]);
  return [...found];
}

function targetsSentence(model) {
  const rows = model.targets;
  if (!rows.length) return "This edition holds no targets.";
  const met = rows.filter((t) => t.word === "reached").length;
  const none = rows.filter((t) => t.word === "no figure").length;
  return `Of ${rows.length} targets, ${met} ${met === 1 ? "is" : "are"} reached${none ? `; ${none} can’t be judged for want of a figure` : ""}.`;
}

function targetsNote(model) {
  const made = model.targets.filter((t) => t.status === "illustrative" || figureIsMade(model, t)).length;
  return made ? `◇ ${made} of ${model.targets.length} targets, or the figures they are judged by, are illustrative: made up to show the method, not real data.` : "";
}

function figureIsMade(model, target, period = model.periods[model.periods.length - 1]) {
  const measure = model.measures[target.measure];
  return Boolean(model.borough()) && model.cell(measure.id, model.borough(), period.id).illustrative;
}

function signOf(made) {
  return made ? "\u00a0◇" : "";
}

// How much of the way from the first figure to the target is done; nothing where that makes no sense.
export function wayDone(target) {
  const { baseline, value, target: goal } = target;
  if (baseline === null || value === null || baseline === goal) return null;
  return (value - baseline) / (goal - baseline);
}

function progressWords(target) {
  const share = wayDone(target);
  if (target.word !== "not reached" || share === null) return "";
  if (share <= 0) return "No progress from the first figure towards it.";
  return `About ${Math.min(Math.round(share * 100), 99)}% of the way from the first figure.`;
}

function targetCard(ctx, target) {
  const { model } = ctx;
  const measure = model.measures[target.measure];
  const first = model.periods[0].label;
  const last = model.periods[model.periods.length - 1].label;
  const sign = { reached: "▲", "not reached": "▼", "no figure": "○" }[target.word] ?? "○";
  const kind = { reached: "up", "not reached": "down" }[target.word] ?? "none";
  const made = target.status === "illustrative" || figureIsMade(model, target);
  return h("article", { class: "card target" },
    h("h4", {}, button(measure.name, { class: "name-button", "data-measure": measure.id }, () => ctx.go({ view: "map", measure: measure.id, level: "borough", show: "value" }))),
    h("p", {}, h("span", { class: `chip chip-${kind}` }, `${sign} ${target.word}`), " ", made ? h("span", { class: "tag tag-illustrative" }, "◇ illustrative") : null),
    h("p", {}, `Target: ${withUnit(target.target_text, measure.unit)}${signOf(target.status === "illustrative")} by ${target.by}. `,
      target.value === null ? "No figure yet." : `Now ${withUnit(number(target.value, measure.digits), measure.unit)}${signOf(figureIsMade(model, target))} (${last})${target.baseline === null ? "" : `, ${number(target.baseline, measure.digits)}${signOf(figureIsMade(model, target, model.periods[0]))} in ${first}`}.`),
    progressWords(target) ? h("p", {}, progressWords(target)) : null,
    h("p", { class: "muted small" }, [target.source, target.note].filter(Boolean).join(". ")));
}

function targetsTwin(model) {
  const first = model.periods[0].label;
  const last = model.periods[model.periods.length - 1].label;
  return {
    caption: "The borough’s figures beside its targets.",
    columns: [{ label: "Measure" }, { label: "Theme" }, { label: "Target", right: true }, { label: "By" }, { label: first, right: true }, { label: last, right: true }, { label: "Judgement" }, { label: "How it is known" }, { label: "Source" }],
    rows: model.targets.map((t, i) => {
      const measure = model.measures[t.measure];
      return {
        key: `${i}`,
        cells: [
          { text: measure.name }, { text: t.theme }, { text: withUnit(t.target_text, measure.unit), sort: t.target }, { text: t.by },
          { text: number(t.baseline, measure.digits) + signOf(figureIsMade(model, t, model.periods[0])), sort: t.baseline }, { text: number(t.value, measure.digits) + signOf(figureIsMade(model, t)), sort: t.value }, { text: t.word },
          { text: t.status === "illustrative" || figureIsMade(model, t) ? "◇ illustrative" : "observed" }, { text: t.source },
        ],
      };
    }),
  };
}
