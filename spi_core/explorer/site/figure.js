// About a figure: what it counts, how it is scored, where it comes from, what to be careful with.

import { button, h, replace } from "./dom.js";
import { illustrativeNote, overTimeNote } from "./cautions.js";
import { fellowsSection } from "./fellows.js";
import { day, number, signed, spanText, subtracted, withUnit } from "./format.js";
import { trendFigure, trendTitle } from "./compare.js";
import { lineage } from "./lineage.js";
import { KIND_WORDS } from "./picker.js";
import { absentSentence } from "./sentence.js";
import { drawTable } from "./table.js";
import { knownText } from "./mapview.js";
import { basisText, besideText, betterText, changeChip, changeText, countText, intervalText, valueText } from "./words.js";

export function createFigure(ctx) {
  const { model } = ctx;
  const el = h("div", {});
  return {
    el,
    controls: ["pick", "find"],
    title: (state) => `About: ${model.measure(state.measure).name}`,
    sentence: (state) => figureSentence(model, state),
    note: (state) => overTimeNote(model, model.measure(state.measure), drawnAreas(model, state)) || illustrativeNote(model, state),
    update(state) {
      replace(el, figureBody(ctx, state));
    },
    twin: (state) => figureTwin(model, state),
    pairs: (state) => {
      const measure = model.measure(state.measure);
      return model.levels.filter((l) => model.has(measure.id, l.id)).flatMap((l) => model.areas(l.id).flatMap((a) => model.periods.map((p) => [measure, a, p.id])));
    },
  };
}

function figureSentence(model, state) {
  const measure = model.measure(state.measure);
  if (!measure.levels.length) return absentSentence(model, measure, state.level);
  const area = model.area(state.area) ?? model.home();
  return (area && model.areaSentence(measure.id, area, false)) || measure.description;
}

function drawnAreas(model, state) {
  return [...new Set([model.home(), model.area(state.area)].filter(Boolean))];
}

function figureBody(ctx, state) {
  const { model } = ctx;
  const measure = model.measure(state.measure);
  const areas = drawnAreas(model, state);
  const parts = measure.kind === "indicator" ? indicatorFacts(ctx, measure) : compositeFacts(ctx, measure);
  const known = areas.some((area) => model.line(measure.id, area));
  return [
    h("div", { class: "buttons no-print figure-buttons" }, button(model.shapes ? "Show on the map" : "Show all areas", { class: "button button-main" }, () => ctx.go({ view: "map" }))),
    measure.levels.length ? h("section", { class: "here" }, [...areas].reverse().map((area) => hereWords(model, measure, area)), areas.length ? lineage(ctx, measure, areas[areas.length - 1]) : null) : null,
    measure.levels.length && (known || model.periods.length > 1) ? h("section", { class: "figure-trend" }, h("h3", {}, trendTitle(measure)), trendFigure(model, state, measure, areas), [...areas].reverse().map((area) => [longWords(model, measure, area), yearWords(model, measure, area)]), yearsTable(model, measure, areas)) : null,
    fellowsSection(model, measure),
    h("dl", { class: "page" }, parts.filter((part) => part && part[1] && part[1].length !== 0).map(([term, text]) => [h("dt", {}, term), h("dd", {}, text)])),
  ];
}

// What was counted of an area, and what its figure stands beside.
function hereWords(model, measure, area) {
  const last = model.periods[model.periods.length - 1];
  const cell = model.cell(measure.id, area, last.id);
  if (cell.value === null) return null;
  const counted = countText(cell) && `counted: ${countText(cell)}`;
  const beside = besideText(model, measure, area, last.id);
  return h("p", {}, h("strong", {}, area.name), `, ${model.lastLabel(measure.id)}: ${[valueText(model, measure, cell, { unit: true }), cell.low === null ? "" : `likely ${intervalText(measure, cell.low, cell.high)}`, counted].filter(Boolean).join("; ")}.${beside ? ` Beside it: ${beside}.` : ""}`);
}

// The change over several years: that is where a small area's figures can tell anything.
function longWords(model, measure, area) {
  const move = model.longChange(measure.id, area);
  if (!move) return null;
  const likely = move.low === null ? "" : ` (likely ${intervalText(measure, move.low, move.high, signed)})`;
  const own = move.relative === null ? "" : subtracted(signed(move.value, measure.digits), signed(move.relative, measure.digits));
  const beyond = own && ` Moving as ${model.meta.reference} did, it would have changed by ${own} (${signed(move.relative, measure.digits)} apart${move.relativeRating ? `: ${move.relativeRating}` : ""}).`;
  return h("p", {}, h("strong", {}, area.name), `, ${spanText(move.first, move.last)}${basisText(measure)}: ${changeText(measure, move)}${likely} `, changeChip(model, move), move.reason ? h("span", { class: "muted small" }, ` ${move.reason}`) : null, beyond);
}

// The change of a year stands beside it: they may differ, and each names its years.
function yearWords(model, measure, area) {
  const said = measure.comparable === false ? "" : model.areaSentence(measure.id, area, true);
  return said && h("p", {}, said);
}

// The years once more as numbers, with what was counted.
function yearsTable(model, measure, areas) {
  const lines = areas.map((area) => ({ area, line: model.line(measure.id, area) })).filter((l) => l.line);
  if (!lines.length) return null;
  const { labels, reference } = lines[0].line;
  const cellOf = (p) => (p.value === null ? "–" : `${number(p.value, measure.digits)}${p.made ? "\u00a0◇" : ""}${p.count === null ? "" : ` (${number(p.count, 0)} counted)`}`);
  const columns = [{ label: "Year" }, ...lines.map(({ area }) => ({ label: area.name, right: true })), ...(reference.some((v) => v !== null) ? [{ label: model.meta.reference, right: true }] : [])];
  const rows = labels.map((label, k) => ({ key: label, cells: [label, ...lines.map(({ line }) => cellOf(line.points[k])), number(reference[k], measure.digits)].slice(0, columns.length).map((text) => ({ text })) }));
  return drawTable({ caption: `${measure.name} by year, ${measure.kind === "indicator" ? measure.unit : "comparable scores"}.`, columns, rows }, "", null);
}

function indicatorFacts(ctx, measure) {
  const { model } = ctx;
  const page = measure.page;
  const methods = model.links.methods && (ctx.base || !ctx.embedded) ? [" How weights are found: ", h("a", { href: ctx.address(model.links.methods) }, "methods"), "."] : [];
  const up = model.measure(measure.parent);
  return [
    ["What it says", measure.description],
    ["Why it is in the index", page.rationale],
    ["Part of", `${up.name}, in ${model.measure(up.parent).name}`],
    ["Unit", measure.unit],
    ["What is counted", page.numerator],
    ["Out of", page.denominator],
    ["Direction", betterText(measure)],
    ["Goalposts", goalposts(measure, model.recipe.lowest)],
    ["Weight", page.weight?.share === null ? "" : [`${Math.round(page.weight.share * 100)}% of ${up.name}.`, ...methods]],
    ["Transformation", page.transform && page.transform !== "none" ? page.transform : ""],
    ["Source", [`${page.publisher}, ${page.dataset}. `, page.link ? h("a", { href: page.link, rel: "noopener" }, "Where it is published") : null]],
    ["Licence", page.licence],
    ["Who can see it", page.access],
    ["Partner", page.partner],
    ["Manifesto theme", page.theme],
    ["Periods", page.periods.map((p, i) => (p ? `${p.label}${p.start ? `: ${day(p.start)} to ${day(p.end)}` : ""}` : `${model.periods[i].label}: none`)).join("; ")],
    ["Earlier years, not scored", earlierLabels(model, measure).join("; ")],
    ["Areas", measure.levels.map(model.called).join(", ") || "none yet"],
    ["Updated", page.frequency],
    ["Next update", (page.next_update && day(page.next_update)) || "no date is announced"],
    ["Disclosure rule", page.disclosure_rule && page.disclosure_rule !== "none" ? page.disclosure_rule : "none needed: published figures"],
    ["Caveats", caveats(measure)],
    ["Sign-off", page.signoff?.length ? h("ul", { class: "plain" }, page.signoff.map((s) => h("li", {}, `${s.expert}, ${s.organisation}, ${day(s.date)}`))) : "not signed off by an expert yet"],
  ];
}

function earlierLabels(model, measure) {
  return model.line(measure.id, model.home() ?? model.areas(model.unit.id)[0])?.labels.slice(0, -model.periods.length) ?? [];
}

function goalposts(measure, low) {
  const post = measure.page.goalposts;
  if (post.best === null) return "none: it is not scored";
  const reason = post.reason ? ` ${capital(post.reason)}` : "";
  return `100 points at ${withUnit(post.best_text, measure.unit)}, ${low} points at ${withUnit(post.worst_text, measure.unit)} (${post.basis}).${reason}`;
}

function caveats(measure) {
  const said = [...(measure.page.caveats ?? [])];
  if (!measure.comparable && !said.some((c) => c.startsWith("Not compared"))) said.unshift(`Not compared over time: ${measure.break_reason}.`);
  return said.length ? h("ul", { class: "plain" }, said.map((c) => h("li", {}, c))) : "none recorded";
}

function compositeFacts(ctx, measure) {
  const { model } = ctx;
  const children = model.children(measure.id);
  return [
    ["What it is", `${KIND_WORDS[measure.kind]}. ${measure.description}`],
    ["Part of", measure.parent ? model.measure(measure.parent).name : ""],
    ["Scale", `${model.recipe.lowest} to 100. ${model.recipe.scale} Higher is better.`],
    ["Scored", measure.scored === false ? capital(measure.note || "not scored") : measure.note ? `yes, ${measure.note}: it rests on few indicators` : ""],
    model.periods.length > 1 && ["Compared over time", measure.comparable === false ? `no${measure.break_reason ? `: ${measure.break_reason}` : ": too few comparable figures"}` : `yes, on figures that mean the same in every period${measure.counted ? `: ${measure.counted}` : ""}`],
    ["Made of", h("ul", { class: "plain" }, children.map((m) => h("li", {},
      button(m.name, { class: "link", "data-measure": m.id }, () => ctx.go({ measure: m.id })), shareText(m))))],
    ["Areas", measure.levels.map(model.called).join(", ") || "none yet"],
  ];
}

function shareText(measure) {
  const share = measure.page?.weight?.share;
  return share === null || share === undefined ? "" : `, ${Math.round(share * 100)}%`;
}

function capital(text) {
  return text ? `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? "" : "."}` : "";
}

function figureTwin(model, state) {
  const measure = model.measure(state.measure);
  const columns = [{ label: "Area" }, { label: "Kind of area" }, ...model.periods.flatMap((p) => {
    const label = model.periodLabel(measure.id, p.id);
    return [{ label, right: true }, { label: `How it is known, ${label}` }];
  })];
  const rows = model.levels.filter((l) => model.has(measure.id, l.id)).flatMap((l) => model.areas(l.id).map((area) => ({
    key: area.code,
    chosen: area.code === state.area,
    cells: [{ text: area.name }, { text: l.singular }, ...model.periods.flatMap((p) => {
      const cell = model.cell(measure.id, area, p.id);
      return [{ text: cell.value === null ? "–" : valueText(model, measure, cell), sort: cell.value }, { text: knownText(model, cell) }];
    })],
  })));
  return { caption: `${measure.name}: every area and period. ${measure.unit}.`, columns, rows };
}
