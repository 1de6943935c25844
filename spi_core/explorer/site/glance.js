// What a reader needs at a glance: what the figure is, how old it is, what it lacks, and where to read more.

import { leaves } from "./cautions.js";
import { h, replace } from "./dom.js";
import { day } from "./format.js";
import { writeState } from "./state.js";

const month = (iso) => day(iso).replace(/^\d+ /, "");

export function createGlance(ctx) {
  const { model } = ctx;
  const el = h("p", { class: "glance" });
  return {
    el,
    update(state) {
      el.hidden = ["targets", "about"].includes(state.view);
      if (el.hidden) return;
      const own = ["map", "compare", "figure"].includes(state.view);
      const measure = own ? model.measure(state.measure) : model.measures[0];
      const [, partial, lacks] = /^(.*?\.)(?: (No .*))?$/s.exec(measure.partial ?? "") ?? [];
      replace(el, parted([
        state.view === "map" && measure.kind === "indicator" ? measure.description : null,
        own && !model.has(measure.id, state.level) ? null : agesText(model, measure, own ? state.period : model.periods[model.periods.length - 1].id),
        partial ? h("span", { class: "partial" }, partial, lacks ? h("span", { class: "roomy" }, ` ${lacks}`) : null) : null,
        moreLink(ctx, state, measure),
      ]));
      el.hidden = !el.textContent;
    },
  };
}

function parted(parts) {
  return parts.filter(Boolean).flatMap((part, i) => [i ? " " : null, part]);
}

// How old the figures of a measure are: "Figures to March 2015, the oldest to March 2011."
function agesText(model, measure, period) {
  const at = model.periods.findIndex((p) => p.id === period);
  const ends = leaves(model, measure).map((m) => m.page?.periods?.[at]?.end).filter(Boolean).sort();
  if (!ends.length) return null;
  const [first, last] = [month(ends[0]), month(ends[ends.length - 1])];
  return `Figures to ${last}${first === last ? "" : `, the oldest to ${first}`}.`;
}

function moreLink(ctx, state, measure) {
  const index = measure === ctx.model.measures[0];
  if (!index && state.view !== "map") return null;
  const to = { view: index ? "about" : "figure" };
  return h("a", { href: `#${writeState({ ...state, ...to, sort: "" }, ctx.model)}`, "data-key": "more", onclick: (event) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    ctx.go({ ...to, sort: "" });
  } }, index ? `What is the ${measure.name}?` : "About this figure");
}
