// The whole among others of its kind, such as the boroughs of London: their scores in order, as far as there is one.

import { orderGroups } from "./against.js";
import { h } from "./dom.js";
import { andList, number } from "./format.js";

// Groups of cells, the highest first, each in one line: within it no order is claimed.
export function inGroups(cells, said) {
  const groups = orderGroups([...cells].sort((a, b) => b.value - a.value));
  return [
    h("ol", { class: "plain" }, groups.map((group) => h("li", {}, group.flatMap((c, i) => [i ? ", " : null, said(c)]), group.length > 1 ? h("strong", {}, ": too close to order") : null))),
    h("p", { class: "muted small" }, "Those in one line are too close to order: their differences may be chance. The last of a line and the first of the next may be, too."),
  ];
}

export function fellowsSection(model, measure) {
  const { fellows } = model;
  const of = fellows?.measures[measure.place];
  if (!of) return null;
  const cells = of.at.map((at, i) => ({ at, value: of.score[i], low: of.low[i], high: of.high[i] })).filter((c) => c.low !== null);
  const without = fellows.names.filter((_, i) => !cells.some((c) => c.at === i));
  const write = (v) => number(v, measure.digits);
  const text = (c) => `${fellows.names[c.at]} ${write(c.value)} (${write(c.low)} to ${write(c.high)})`;
  const said = (c) => (c.at === fellows.home ? h("strong", {}, `▸ ${text(c)}`) : text(c));
  return h("section", { class: "fellows" },
    h("h3", {}, fellows.title),
    h("p", {}, of.said, of.average === null ? null : ` ${fellows.average}: ${write(of.average)}.`),
    h("details", { class: "in-order" }, h("summary", { "data-key": "fellows" }, `All ${cells.length} in order of ${measure.name}, with likely ranges`), inGroups(cells, said), h("p", { class: "muted small" }, fellows.note, without.length ? ` No score, for want of figures: ${andList(without)}.` : null)));
}
