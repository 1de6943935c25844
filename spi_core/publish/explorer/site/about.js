// Help: how to read the page, what its words mean, what has changed and been corrected.

import { h, replace, uniqueId } from "./dom.js";
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
    sentence: () => `${model.meta.short_title}: figures to ${model.meta.data_to}, data version ${model.meta.data_version}.`,
    note: () => "",
    update: () => replace(el, aboutBody(model)),
    twin: () => glossaryTwin(model),
    plain: true,
  };
}

function aboutBody(model) {
  const { history, meta } = model;
  const present = new Set(model.levels.flatMap((l) => model.measures.flatMap((m) => (model.column(m.id, l.id)?.state ?? []).flatMap((row) => [...row]))));
  return [
    h("div", { class: "grid even" },
      h("section", {}, h("h3", {}, "How to read the page"), h("ul", {},
        h("li", {}, "Scores run from 0 to 100; higher is better. Figures keep their own unit."),
        h("li", {}, "A likely range holds the true figure in 90 of 100 cases. Where two ranges overlap, the difference may be chance."),
        h("li", {}, "A place is always given with the range of places that is likely."),
        h("li", {}, model.peersRule || "Areas are not rated against similar ones in this edition."),
        h("li", {}, "On the map: Tab reaches it, arrow keys move between neighbours, Home and End go to the first and last name, Enter selects."),
        h("li", {}, "The address of the page holds everything you see: copy it to show it to others."))),
      h("section", {}, h("h3", {}, "Signs"),
        h("ul", { class: "plain signs" }, ["s", "m", "w", "-", "i", "n", "d"].map((letter) => h("li", {}, ratingChip(model, letter)))),
        h("ul", { class: "plain" }, Object.values(MARKS).map((m) => h("li", {}, h("strong", {}, m.sign), ` ${m.word}`))),
        h("h4", {}, "Where there is no number"),
        h("ul", { class: "legend-list" }, Object.entries(STATE_PATTERNS).map(([letter, pattern]) => h("li", {}, swatch(`pattern:${pattern}`, uniqueId("sign")),
          h("span", {}, h("strong", {}, model.state(letter).word), ` ${model.state(letter).meaning}`), h("span", { class: "count" }, present.has(letter) ? "" : "none here")))))),
    h("section", {}, h("h3", {}, "Glossary"), h("dl", { class: "page" }, model.glossary.map((g) => [h("dt", {}, g.term), h("dd", {}, g.text)]))),
    h("section", {}, h("h3", {}, "Corrections"), history.corrections.length
      ? h("dl", { class: "page" }, history.corrections.map((c) => [h("dt", {}, c.date), h("dd", {}, `${c.what}. `, h("span", { class: "muted" }, `${c.why} (${c.table}).`))]))
      : h("p", {}, "None so far.")),
    h("section", {}, h("h3", {}, "What has changed"), history.revisions.length
      ? h("dl", { class: "page" }, history.revisions.map((r) => [h("dt", {}, `${r.kind}: ${r.what}`), h("dd", {}, `${r.field}: ${r.before || "none"} → ${r.after || "none"}`)]))
      : h("p", {}, history.compared_with ? `No figure differs from data version ${history.compared_with}.` : "This is the first version.")),
    h("section", {}, h("h3", {}, "Cite and reuse"), h("p", {}, `${meta.cite} Figures to ${meta.data_to}.`), h("p", {}, `Licence: ${meta.licence}. ${meta.attribution}`), h("p", {}, `Questions: ${meta.contact}.`)),
  ];
}

function glossaryTwin(model) {
  return {
    caption: "The words of this page.",
    columns: [{ label: "Term" }, { label: "Meaning" }],
    rows: model.glossary.map((g) => ({ key: g.term, cells: [{ text: g.term }, { text: g.text }] })),
  };
}
