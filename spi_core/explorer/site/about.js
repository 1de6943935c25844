// Help: how to read the page, what its words mean, what has changed and been corrected.

import { h, replace, uniqueId } from "./dom.js";
import { andList, day } from "./format.js";
import { swatch } from "./legend.js";
import { STATE_PATTERNS } from "./palette.js";
import { MARKS, ratingChip } from "./words.js";

export function createAbout(ctx) {
  const { model } = ctx;
  const el = h("div", {});
  return {
    el,
    controls: [],
    title: () => "Help, glossary and changes",
    sentence: () => `${model.meta.short_title}: figures to ${day(model.meta.data_to)}, data version ${model.meta.data_version}.`,
    note: () => "",
    update: () => replace(el, aboutBody(model)),
    twin: () => glossaryTwin(model),
    plain: true,
  };
}

// The index in three sentences, from what the edition holds.
function whatItIs(model) {
  const of = (kind) => model.measures.filter((m) => m.kind === kind);
  const [index] = model.measures;
  const scored = of("component").filter((m) => m.scored !== false);
  const joined = of("indicator").filter((m) => m.page?.weight?.share > 0).length;
  return [
    `The ${index.name} asks how well people live, beyond income: it counts what life is like, not what is spent or earned.`,
    `It joins ${joined} figures, from health and housing to safety and learning, into ${scored.length} scored components and ${of("dimension").length} dimensions (${andList(of("dimension").map((m) => m.name))}).`,
    `Every score runs from ${model.recipe.lowest} to 100. ${model.recipe.scale} It follows the example of the Social Progress Imperative, whose index is used by cities and countries around the world.`,
  ].join(" ");
}

function aboutBody(model) {
  const { history, meta } = model;
  const present = new Set(model.levels.flatMap((l) => model.measures.flatMap((m) => (model.column(m.id, l.id)?.state ?? []).flatMap((row) => [...row]))));
  for (const m of model.measures) if (!m.levels.length) present.add(model.absentState(m.id));
  return [
    h("section", { class: "what-it-is" }, h("h3", {}, `What is the ${model.measures[0].name}?`), h("p", {}, whatItIs(model))),
    h("div", { class: "grid even" },
      h("section", {}, h("h3", {}, "How to read the page"), h("ul", {},
        h("li", {}, `Scores run from ${model.recipe.lowest} to 100; higher is better. Figures keep their own unit.`),
        model.measures[0].partial ? h("li", {}, `The index is partial. ${model.measures[0].partial}`) : null,
        h("li", {}, model.periods.length > 1 ? "Change of a score is worked out from figures that mean the same in every period: it is not the difference of the scores shown." : "This edition has one period, so no change is shown."),
        h("li", {}, "A likely range holds the true figure in 90 of 100 cases. A difference has one too: where it holds zero, the difference may be chance."),
        h("li", {}, `“Clearly better” or “clearly worse” beside a ${model.whole} figure: the likely range of the difference leaves out zero.`),
        h("li", {}, "A place is always given with the range of places that is likely."),
        h("li", {}, model.peersRule || "Areas are not rated against similar ones in this edition."),
        model.shapes && h("li", { class: "for-touch" }, "On the map: tap an area to read its figure, tap it again to leave it."),
        model.shapes && h("li", { class: "for-keys" }, "On the map: Tab reaches it, arrow keys move between neighbours, Home and End go to the first and last name, Enter selects and, once more, leaves."),
        h("li", {}, "The address of the page holds everything you see: copy it to show it to others."))),
      h("section", {}, h("h3", {}, "Signs"),
        h("ul", { class: "plain signs" }, ["s", "m", "w", "-", ...(model.periods.length > 1 ? ["i", "n", "d"] : [])].map((letter) => h("li", {}, ratingChip(model, letter)))),
        h("ul", { class: "plain" }, Object.values(MARKS).map((m) => h("li", {}, h("strong", {}, m.sign), ` ${m.word}`))),
        h("h4", {}, "Where there is no number"),
        h("ul", { class: "legend-list" }, Object.entries(STATE_PATTERNS).map(([letter, pattern]) => h("li", {}, swatch(`pattern:${pattern}`, uniqueId("sign")),
          h("span", {}, h("strong", {}, model.state(letter).word), ` ${model.state(letter).meaning}`), h("span", { class: "count" }, present.has(letter) ? "" : "none here")))))),
    h("section", {}, h("h3", {}, "Glossary"), h("dl", { class: "page" }, model.glossary.map((g) => [h("dt", {}, g.term), h("dd", {}, g.text)]))),
    h("section", {}, h("h3", {}, "Corrections"), history.corrections.length
      ? h("dl", { class: "page" }, history.corrections.map((c) => [h("dt", {}, day(c.date)), h("dd", {}, `${c.what}. `, h("span", { class: "muted" }, `${c.why} (${c.table}).`))]))
      : h("p", {}, "None so far.")),
    h("section", {}, h("h3", {}, "What has changed"), history.revisions.length
      ? h("dl", { class: "page" }, history.revisions.map((r) => [h("dt", {}, `${r.kind}: ${r.what}`), h("dd", {}, `${r.field}: ${r.before || "none"} → ${r.after || "none"}`)]))
      : h("p", {}, history.compared_with ? `No figure differs from ${history.compared_with}.` : "This is the first version.")),
    h("section", {}, h("h3", {}, "Cite and reuse"), h("p", {}, `${meta.cite} Figures to ${day(meta.data_to)}.`), h("p", {}, `Licence: ${meta.licence}. ${meta.attribution}`), h("p", {}, `Questions: ${meta.contact}.`)),
  ];
}

function glossaryTwin(model) {
  return {
    caption: "The words of this page.",
    columns: [{ label: "Term" }, { label: "Meaning" }],
    rows: model.glossary.map((g) => ({ key: g.term, cells: [{ text: g.term }, { text: g.text }] })),
  };
}
