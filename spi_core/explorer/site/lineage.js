// "Where does this come from?": a score, what it is averaged from, down to figures; of a figure its scale, weight, data and source.

import { button, h } from "./dom.js";
import { number } from "./format.js";
import { absentWords, countText, valueText } from "./words.js";

export function lineage(ctx, measure, area) {
  const steps = measure.kind === "indicator" ? figureSteps(ctx, measure, area) : null;
  return h("details", { class: "lineage" }, h("summary", { "data-key": "lineage" }, `${area.name}: where does this come from?`), h("ul", {}, steps ? [branch(ctx, measure, area), steps.map((text) => h("li", {}, text))] : branch(ctx, measure, area)));
}

function branch(ctx, measure, area, below) {
  const { model } = ctx;
  const cell = model.cell(measure.id, area, model.periods[model.periods.length - 1].id);
  const name = below ? button(measure.name, { class: "link" }, () => ctx.go({ measure: measure.id })) : h("strong", {}, measure.name);
  if (cell.value === null) return h("li", {}, name, `: ${measure.kind === "indicator" ? model.state(cell.state).word : absentWords(model, cell)}`);
  const value = valueText(model, measure, cell, { unit: true });
  if (measure.kind !== "indicator") return h("li", {}, name, `: ${value} of 100, made of:`, h("ul", {}, model.children(measure.id).map((m) => branch(ctx, m, area, true))));
  const { share } = measure.page.weight;
  const counts = share ? `, counts ${Math.round(share * 100)}% of ${model.measure(measure.parent).name}` : ", counts in no score";
  return h("li", {}, name, `: ${value}${cell.score === null ? "" : ` → ${number(cell.score, 1)}${cell.illustrative ? "\u00a0◇" : ""} of 100`}${counts}`);
}

// Of a withheld figure only that it is withheld: neither count nor the way to it.
function figureSteps(ctx, measure, area) {
  const { model } = ctx;
  const { goalposts: post, weight, publisher, dataset, licence, link } = measure.page;
  const cell = model.cell(measure.id, area, model.periods[model.periods.length - 1].id);
  if (cell.state === "s") return [`${model.state("s").meaning} Neither it nor its count is in this page. Where a score needs it, an estimate from the area’s other figures stands in.`];
  if (cell.value === null) return [absentWords(model, cell)];
  const known = cell.state === "e" ? "estimated from the other figures of its component" : model.state(cell.state).word;
  const methods = model.links.methods && (ctx.base || !ctx.embedded) ? h("a", { href: ctx.address(model.links.methods) }, "methods") : null;
  return [
    `${countText(cell) ? `Counted: ${countText(cell)}. ` : ""}Of ${model.lastLabel(measure.id)}, ${known}.`,
    post.best === null ? null : `Scale: ${model.recipe.lowest} points at ${post.worst_text}, 100 at ${post.best_text} (${post.basis})${cell.capped ? "; it lies beyond and counts as the end" : ""}.`,
    weight.share ? [`Weight: ${weight.fitted_on ? `fitted on ${weight.fitted_on}` : weight.reason || weight.method}. `, methods && ["How: ", methods, "."]] : null,
    cell.illustrative ? `Generated; real figures would come from ${publisher}, ${dataset}.` : [`Source: ${[publisher, dataset, licence].filter(Boolean).join(", ")}. `, link ? h("a", { href: link, rel: "noopener" }, "Where it is published") : null, model.meta.reference && measure.page.reference ? ` ${model.meta.reference}’s: the same figure, of all its areas.` : null],
    ["File and row, for whoever has the data: ", h("code", {}, `spi explain ${model.meta.id} ${area.code} ${measure.id}`)],
  ].filter(Boolean);
}
