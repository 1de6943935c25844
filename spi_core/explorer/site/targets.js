// Progress against the manifesto's targets, by theme.

import { button, h, replace } from "./dom.js";
import { number, withUnit } from "./format.js";

export function createTargets(ctx) {
  const { model } = ctx;
  const el = h("div", {});
  return {
    el,
    controls: [],
    plain: true,
    title: () => `Progress against the ${model.whole}’s targets`,
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
  if (!rows.length) return model.meta.no_targets;
  const count = (word) => rows.filter((t) => t.word === word).length;
  const said = [["reached", "reached"], ["not yet", "not reached yet, but not due either"], ["not reached", "not reached"], ["too close to call", "too close to call"]]
    .map(([word, text]) => [count(word), text]).filter(([n, text]) => n || text === "reached")
    .map(([n, text], i) => `${n || "none"}${i ? "" : n === 1 ? " is" : " are"} ${text}`);
  const none = count("no figure");
  return `Of ${rows.length} targets, ${said.join("; ")}${none ? `; ${none} can’t be judged for want of a figure` : ""}.`;
}

// Word, sign and look of a judgement; only a target whose day has passed can be missed.
const JUDGED = {
  reached: ["▲", "up"], "not reached": ["▼", "down"], "not yet": ["○", "none"], "too close to call": ["●", "same"], "no figure": ["○", "none"],
};

function judgedText(target) {
  const [sign] = JUDGED[target.word] ?? JUDGED["no figure"];
  return `${sign} ${target.word}${target.word === "not yet" ? `, due ${target.by}` : ""}`;
}

function targetsNote(model) {
  const made = model.targets.filter((t) => t.status === "illustrative" || figureIsMade(model, t)).length;
  return made ? `◇ ${made} of ${model.targets.length} targets, or the figures they are judged by, are illustrative: made up to show the method, not real data.` : "";
}

function figureIsMade(model, target, period = model.periods[model.periods.length - 1]) {
  const measure = model.measures[target.measure];
  return Boolean(model.home()) && model.cell(measure.id, model.home(), period.id).illustrative;
}

function signOf(made) {
  return made ? "\u00a0◇" : "";
}

// Whether the figure has come nearer to a target that is not reached: no more than the rating of its change says.
function progressWords(model, measure, target) {
  if (!["not reached", "not yet"].includes(target.word) || target.baseline === null) return "";
  const move = model.change(measure.id, model.home());
  const said = { i: "Clearly nearer to it than", d: "Clearly further from it than", n: "No clear change from" }[move.rating];
  if (said) return `${said} the first figure.${signOf(move.illustrative)}`;
  return `Whether it has come nearer can’t be rated${move.reason ? ` (${move.reason})` : ""}.`;
}

function targetCard(ctx, target) {
  const { model } = ctx;
  const measure = model.measures[target.measure];
  const [first, last] = [model.firstLabel(measure.id), model.lastLabel(measure.id)];
  const [, kind] = JUDGED[target.word] ?? JUDGED["no figure"];
  const progress = progressWords(model, measure, target);
  const made = target.status === "illustrative" || figureIsMade(model, target);
  return h("article", { class: "card target" },
    h("h4", {}, button(measure.name, { class: "name-button", "data-measure": measure.id }, () => ctx.go({ view: "map", measure: measure.id, level: model.home()?.level ?? model.unit.id, show: "value" }))),
    h("p", {}, h("span", { class: `chip chip-${kind}` }, judgedText(target)), " ", made ? h("span", { class: "tag tag-illustrative" }, "◇ illustrative") : null),
    h("p", {}, `Target: ${withUnit(target.target_text, measure.unit)}${signOf(target.status === "illustrative")} by ${target.by}. `,
      target.value === null ? "No figure yet." : `Now ${withUnit(number(target.value, measure.digits), measure.unit)}${signOf(figureIsMade(model, target))} (${last})${target.baseline === null ? "" : `, ${number(target.baseline, measure.digits)}${signOf(figureIsMade(model, target, model.first))} in ${first}`}.`),
    progress ? h("p", {}, progress) : null,
    h("p", { class: "muted small" }, [target.source, target.note].filter(Boolean).join(". ")));
}

function targetsTwin(model) {
  return {
    caption: `The ${model.whole}’s figures beside its targets.`,
    columns: [{ label: "Measure" }, { label: "Theme" }, { label: "Target", right: true }, { label: "By" }, { label: "First figure", right: true }, { label: "Its period" }, { label: "Latest figure", right: true }, { label: "Period of it" }, { label: "Judgement" }, { label: "How it is known" }, { label: "Source" }],
    rows: model.targets.map((t, i) => {
      const measure = model.measures[t.measure];
      return {
        key: `${i}`,
        cells: [
          { text: measure.name }, { text: t.theme }, { text: withUnit(t.target_text, measure.unit), sort: t.target }, { text: t.by },
          { text: number(t.baseline, measure.digits) + signOf(figureIsMade(model, t, model.first)), sort: t.baseline }, { text: model.firstLabel(measure.id) }, { text: number(t.value, measure.digits) + signOf(figureIsMade(model, t)), sort: t.value }, { text: model.lastLabel(measure.id) }, { text: judgedText(t) },
          { text: t.status === "illustrative" || figureIsMade(model, t) ? "◇ illustrative" : "observed" }, { text: t.source },
        ],
      };
    }),
  };
}
