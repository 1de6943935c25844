// The first view: the map where a level has one, what it says, and the chosen area.

import { button, h, replace, uniqueId } from "./dom.js";
import { inGroups } from "./fellows.js";
import { chartBox } from "./chartbox.js";
import { drawingsIn, strip } from "./charts.js";
import { byName, number, shortUnit, signed } from "./format.js";
import { createLegend } from "./legend.js";
import { createMap } from "./map.js";
import { mapSentence, mapTitle } from "./sentence.js";
import { withoutNull } from "./table.js";
import { absence, absentWords, againstPeers, basisText, besideText, changeChip, changeRating, changeText, countText, intervalText, markTags, peersText, rankShort, rankText, ratingChip, ratingText, valueText } from "./words.js";

export function createMapView(ctx) {
  const { model } = ctx;
  const map = model.shapes && createMap(ctx);
  const none = h("p", { class: "muted" });
  const legend = createLegend(ctx);
  const card = createAreaCard(ctx);
  const place = h("section", { class: "place" });
  const el = h("div", {},
    h("div", { class: "grid" }, map?.el, none, h("div", { class: "side" }, card.el, legend.el)),
    place);
  const mapped = () => model.hasMap(ctx.state().level);

  return {
    el,
    controls: ["pick", "show", "level", "find"],
    get hasMap() { return mapped(); },
    title: (state) => mapTitle(model, state),
    sentence: (state) => mapSentence(model, state),
    update(state, before) {
      none.hidden = mapped();
      none.textContent = none.hidden ? "" : `This edition holds no boundaries of its ${model.called(state.level)}, so no map is drawn.`;
      for (const part of [map, legend]) if (part) part.el.hidden = !mapped();
      if (mapped()) {
        map.update(state, before);
        legend.update(state, map.colours());
      }
      card.update(state);
      drawPlace(ctx, place, state);
    },
    twin: (state) => mapTwin(model, state),
    pairs: (state) => model.areas(state.level).map((a) => [model.measure(state.measure), a, state.period]),
    drawings: () => (mapped() ? [{ svg: map.svg }] : drawingsIn(el)),
    legend: () => (mapped() ? map.colours().keys : null),
    legendTitle: (state) => `${state.show === "value" ? model.measure(state.measure).unit : mapTitle(model, state)} (number of ${model.level(state.level).plural})`,
    destroy: () => map?.destroy(),
  };
}

// The ranking strip: every area on one line, the chosen one named, the whole beside.
function drawPlace(ctx, section, state) {
  const { model } = ctx;
  const measure = model.measure(state.measure);
  const areas = model.areas(state.level);
  const change = state.show === "change";
  const points = stripPoints(model, state, measure, areas, [state.area]);
  if (areas.length < 2 || points.every((p) => p.value === null)) return void replace(section);
  const plural = model.level(state.level).plural;
  const what = change ? "How far each has moved" : "Where each stands";
  replace(section,
    h("h3", {}, `${what}: all ${areas.length} ${plural}`),
    intervalCheck(ctx, state),
    chartBox((width) => strip({
      width, points, intervals: state.intervals, onpick: (point) => ctx.go({ area: point.code === state.area ? "" : point.code }),
      home: change ? null : homePoint(model, state, measure),
      label: `${what}: ${measure.name}. ${mapSentence(model, state)}`,
      write: (v, digits) => (change ? signed(v, digits) : shortUnit(number(v, digits), measure.unit)),
    }), stripCaption(model, state, measure)),
    change ? null : inOrder(model, state, measure, areas));
}

// Every area from the highest figure to the lowest, those that follow each other too closely in one line: no order is claimed there.
function inOrder(model, state, measure, areas) {
  const cells = areas.map((area) => ({ area, ...model.cell(measure.id, area, state.period) })).filter((c) => c.value !== null && c.low !== null);
  if (areas.length > MOST_NAMED || cells.length < 2) return null;
  const said = (c) => `${c.area.name} ${valueText(model, measure, c)} (${intervalText(measure, c.low, c.high)})`;
  return h("details", { class: "in-order" }, h("summary", { "data-key": "in-order" }, "In order, with likely ranges"),
    inGroups(cells, said));
}

function stripCaption(model, state, measure) {
  const chosen = model.area(state.area);
  const marked = chosen?.level === state.level;
  const which = marked ? "The dark mark is the area you chose" : `Choose an area${model.hasMap(state.level) ? ", here or on the map," : ""} to see it marked`;
  const range = state.intervals ? ", the band its likely range (90 of 100)" : "";
  const basis = state.show === "change" && basisText(measure) ? " Changes are worked out from figures that mean the same in every period." : "";
  return `${which}${marked ? range : ""}. ${measure.kind === "indicator" && measure.polarity < 0 ? "Further left is better." : "Further right is better."}${basis}`;
}

// As many areas as a strip draws as dots with a name each.
const MOST_NAMED = 60;

export function stripPoints(model, state, measure, areas, chosen, series) {
  const change = state.show === "change";
  const values = change ? model.column(measure.id, state.level)?.change ?? [] : model.values(measure.id, state.level, state.period);
  return areas.map((area) => {
    const at = chosen.indexOf(area.code);
    // Of many areas only the named ones need more than their value.
    if (at < 0 && areas.length > MOST_NAMED) return { value: values[area.place] ?? null, chosen: false, code: area.code };
    const cell = change ? model.change(measure.id, area) : model.cell(measure.id, area, state.period);
    return {
      code: area.code, name: area.name, value: cell.value, low: cell.low, high: cell.high, chosen: at >= 0,
      series: at >= 0 ? series?.[at] : undefined,
      text: state.show === "change" ? changeText(measure, cell) : valueText(model, measure, cell),
    };
  });
}

export function homePoint(model, state, measure) {
  const cell = model.homeCell(measure.id, state.level, state.period);
  return cell && { name: model.whole, value: cell.value, text: valueText(model, measure, cell) };
}

// Intervals on or off, for every view.
export function intervalCheck(ctx, state) {
  const input = h("input", { type: "checkbox", "data-key": "intervals", onchange: () => ctx.go({ intervals: input.checked }) });
  input.checked = state.intervals;
  return h("label", { class: "check no-print" }, input, "Show likely ranges (intervals)");
}

function createAreaCard(ctx) {
  const { model } = ctx;
  const id = uniqueId("area");
  const select = h("select", { id, "data-key": "area-select", onchange: () => ctx.go({ area: select.value }) });
  const label = h("label", { class: "label", for: id });
  const body = h("div", { class: "area-facts" });
  label.classList.add("no-print");
  select.classList.add("no-print");
  const el = h("section", { class: "card" }, label, select, body);
  let level = "";

  function update(state) {
    if (level !== state.level) {
      level = state.level;
      const named = [...model.areas(level)].sort(byName);
      label.textContent = `Chosen ${model.level(level).singular}`;
      select.replaceChildren(h("option", { value: "" }, "None: all areas"), ...named.map((a) => h("option", { value: a.code }, a.name)));
    }
    const area = model.area(state.area);
    select.value = area?.level === level ? area.code : "";
    replace(body, area ? areaFacts(ctx, state, area) : []);
    body.hidden = !area;
    el.classList.toggle("no-print", !area);
  }
  return { el, update };
}

function areaFacts(ctx, state, area) {
  const { model } = ctx;
  const measure = model.measure(state.measure);
  const cell = model.cell(measure.id, area, state.period);
  const move = model.change(measure.id, area);
  const facts = [h("h3", { class: area.level === state.level ? "print-only" : null }, area.name)];
  if (cell.value === null) {
    facts.push(h("p", {}, absentWords(model, cell), h("span", { class: "muted" }, ` (${model.periodLabel(measure.id, state.period)})`)));
  } else {
    facts.push(h("p", {}, h("span", { class: "big" }, valueText(model, measure, { ...cell, illustrative: false })), cell.illustrative ? " ◇ " : " ",
      h("span", { class: "muted" }, measure.kind === "indicator" ? measure.unit.replace(/^%\s*/, "").replace(/^ratio \((.*)\)$/, "$1") : "out of 100", `, ${model.periodLabel(measure.id, state.period)}`)));
    if (state.intervals && cell.low !== null) facts.push(h("p", { class: "num" }, `Likely ${intervalText(measure, cell.low, cell.high)}`));
    if (countText(cell)) facts.push(h("p", { class: "num" }, `Counted: ${countText(cell)} `, h("span", { class: "muted small" }, `(${measure.page.numerator}; out of: ${measure.page.denominator})`)));
    const beside = besideText(model, measure, area, state.period);
    if (beside) facts.push(h("p", {}, `Beside it: ${beside}`));
    const tags = markTags(cell);
    if (tags.length) facts.push(h("p", {}, tags.map((t) => [t, " "])));
    const rank = rankText(cell, model.ranked(measure.id, area.level), model.level(area.level).plural);
    if (rank) facts.push(h("p", {}, rank[0].toUpperCase() + rank.slice(1)));
    if (cell.rating) facts.push(h("p", {}, `${againstPeers(model)}: `, ratingChip(model, cell.rating)), h("p", { class: "muted small" }, peersText(model, area)));
  }
  if (model.hasChange(measure.id, area.level)) {
    const likely = state.intervals && move.low !== null ? ` (likely ${intervalText(measure, move.low, move.high, signed)})` : "";
    facts.push(h("p", {}, move.value === null ? "" : `${changeText(measure, move)} since ${model.firstLabel(measure.id)}${basisText(measure)}${likely} `, changeChip(model, move), move.reason ? h("span", { class: "muted small" }, ` ${move.reason}`) : null));
  }
  facts.push(h("div", { class: "buttons no-print" },
    button("Scorecard", { class: "button button-main" }, () => ctx.go({ view: "scorecard" })),
    button("About this figure", { class: "button", "data-key": "card-about" }, () => ctx.go({ view: "figure" })),
    button("Compare", { class: "button" }, () => ctx.go({ view: "compare", areas: [...new Set([area.code, ...ctx.state().areas])] })),
    briefLinks(ctx, area)));
  return facts;
}

// Links to the area's two-page brief, where the edition has one.
export function briefLinks(ctx, area) {
  const { briefs } = ctx.model.links;
  const brief = area.level === ctx.model.unit.id ? (Array.isArray(briefs) ? briefs[area.place] : briefs?.[area.code]) : null;
  if (!brief || (ctx.embedded && !ctx.base)) return [];
  return [["html", "Brief"], ["pdf", "Brief (PDF)"]].filter(([kind]) => brief[kind])
    .map(([kind, text]) => h("a", { class: "button", href: ctx.address(brief[kind]) }, text));
}

// The map's table: every area, or those compared, with everything the map can show of it.
export function mapTwin(model, state, compared = null) {
  const areas = compared ?? [...model.areas(state.level)].sort(byName);
  const measure = model.measure(state.measure);
  const last = model.isLast(state.period);
  const rated = last && model.hasRating(measure.id, state.level);
  const moved = model.hasChange(measure.id, state.level);
  const ranged = state.intervals && model.hasInterval(measure.id, state.level);
  const first = model.firstLabel(measure.id);
  const shown = model.periodLabel(measure.id, state.period);
  const basis = measure.kind === "indicator" ? "" : ", comparable figures";
  const columns = [
    { label: model.level(state.level).name },
    { label: measure.kind === "indicator" ? `Figure, ${shown}` : `Score, ${shown}`, right: true },
    ranged ? { label: "Likely range" } : null,
    rated ? { label: "Place, likely places" } : null,
    rated ? { label: againstPeers(model) } : null,
    moved ? { label: `Change since ${first}${basis}`, right: true } : null,
    moved && ranged ? { label: "Likely range of change" } : null,
    moved ? { label: "Change in words" } : null,
    { label: "How it is known" },
  ];
  const rows = areas.map((area) => ({ key: area.code, chosen: area.code === state.area, cells: mapCells(model, state, measure, area, columns) }));
  return withoutNull({
    caption: `${measure.name}${compared ? ", areas compared" : ` by ${model.level(state.level).singular}`}, ${shown}${moved ? `, and its change since ${first}${basisText(measure)}` : ""}. ${measure.unit}.${rated ? ` Places are among ${model.ranked(measure.id, state.level)} ${model.level(state.level).plural}.` : ""}`,
    columns,
    rows,
  });
}

function mapCells(model, state, measure, area) {
  const cell = model.cell(measure.id, area, state.period);
  const move = model.change(measure.id, area);
  const rank = rankShort(cell);
  const known = knownText(model, cell);
  return [
    { text: area.name },
    { text: cell.value === null ? "–" : valueText(model, measure, cell), sort: cell.value },
    { text: cell.low === null ? "–" : intervalText(measure, cell.low, cell.high), sort: cell.low },
    { text: rank || "–", sort: cell.rank ?? cell.rankLow },
    { text: cell.rating ? ratingText(model, cell.rating) : "–", sort: "smw-".indexOf(cell.rating || "-") },
    { text: changeText(measure, move), sort: move.value },
    { text: move.low === null ? "–" : intervalText(measure, move.low, move.high, signed), sort: move.low },
    { text: `${changeRating(model, move)}${move.reason ? ` (${move.reason})` : ""}`, sort: "ind-".indexOf(move.rating) },
    { text: known },
  ];
}

// "observed", "suppressed: …", "estimated, illustrative": where a figure comes from, in words.
export function knownText(model, cell) {
  const words = [model.state(cell.state).word];
  if (cell.illustrative && cell.state !== "i") words.push("◇ illustrative");
  else if (cell.state === "i") words[0] = "◇ illustrative";
  if (cell.unreliable) words.push("! low reliability");
  if (cell.capped) words.push("beyond the goalposts");
  return cell.value === null && cell.state !== "o" ? `${words.join(", ")}: ${absence(model, cell)}` : words.join(", ");
}

