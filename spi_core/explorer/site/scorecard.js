// The scorecard of an area: three dimensions side by side, each component with its indicators.

import { besideWhole } from "./against.js";
import { button, h, replace, uniqueId } from "./dom.js";
import { chartBox } from "./chartbox.js";
import { dotRows, drawingsIn, strip } from "./charts.js";
import { fellowsSection } from "./fellows.js";
import { createFinder } from "./find.js";
import { byName, number, signed } from "./format.js";
import { briefLinks, homePoint, intervalCheck, knownText, stripPoints } from "./mapview.js";
import { withoutNull } from "./table.js";
import { createScenario } from "./whatif.js";
import { absence, absentWords, againstPeers, basisText, betterText, changeChips, changeRating, changeText, intervalText, markTags, peersText, rankShort, rankText, ratingChip, ratingText, valueText } from "./words.js";

// The area of a scorecard: the chosen one, or the whole.
export function scorecardArea(model, state) {
  return model.area(state.area) ?? model.home() ?? model.areas(state.level)[0];
}

export function createScorecard(ctx) {
  const { model } = ctx;
  const id = uniqueId("card");
  const select = h("select", { id, "data-key": "card-area", onchange: () => ctx.go({ area: select.value }) });
  for (const level of model.levels) {
    const named = [...model.areas(level.id)].sort(byName);
    select.append(h("optgroup", { label: level.name }, named.map((a) => h("option", { value: a.code }, a.name))));
  }
  const finder = createFinder(ctx, (area) => ctx.go({ area: area.code }));
  const tip = createTip();
  const scenario = createScenario(ctx);
  const body = h("div", {});
  const el = h("div", { class: "tip-home" }, h("div", { class: "card-pick no-print" }, h("div", {}, h("label", { class: "label", for: id }, "Scorecard of"), select), finder.el), finder.answer, body, tip.el);

  addEventListener("beforeprint", () => el.querySelectorAll("details").forEach((d) => { d.open = true; }));

  return {
    el,
    controls: [],
    title: (state) => `${scorecardArea(model, state).name}: scorecard ${model.periods[model.periods.length - 1].label}`,
    sentence: (state) => scorecardSentence(model, scorecardArea(model, state)),
    note: (state) => scorecardNote(model, scorecardArea(model, state)),
    update(state) {
      const area = scorecardArea(model, state);
      select.value = area.code;
      finder.update(state, true);
      tip.hide();
      scenario.update(area);
      replace(body, scorecardBody(ctx, state, area, tip, scenario.el));
    },
    // A picture has room for the scores, each with its range; the figures of the indicators are in the table.
    pictureNote: (state) => pictureNote(model, scorecardArea(model, state)),
    drawings: () => [...drawingsIn(el), scoresDrawing(model, ctx.state(), scorecardArea(model, ctx.state()))],
    twin: (state) => scorecardTwin(model, state, scorecardArea(model, state)),
    pairs: (state) => {
      const area = scorecardArea(model, state);
      return model.measures.flatMap((m) => model.periods.map((p) => [m, area, p.id]));
    },
  };
}

function scorecardSentence(model, area) {
  const index = model.measures[0];
  const written = model.areaSentence(index.id, area, false);
  if (written) return written;
  const last = model.periods[model.periods.length - 1];
  const cell = model.cell(index.id, area, last.id);
  return cell.value === null
    ? `${area.name}: no index, ${model.state(cell.state).word}. ${absence(model, cell)}`
    : `${area.name}: ${number(cell.value, index.digits)} out of 100.`;
}

function scorecardNote(model, area) {
  const last = model.periods[model.periods.length - 1].id;
  const indicators = model.measures.filter((m) => m.kind === "indicator" && model.has(m.id, area.level));
  const made = indicators.filter((m) => model.cell(m.id, area, last).illustrative).length;
  if (!made) return "";
  return `◇ ${made} of ${indicators.length} figures of this area are illustrative: made up to show the method, not real data. Each is marked.`;
}

function composites(model) {
  return model.measures.filter((m) => m.kind === "dimension" || m.kind === "component");
}

function pictureNote(model, area) {
  const last = model.periods[model.periods.length - 1].id;
  return [model.measures[0], ...composites(model)].some((m) => model.cell(m.id, area, last).illustrative) ? "◇ marks scores that rest on illustrative figures: made up to show the method, not real data." : "";
}

function scoresDrawing(model, state, area) {
  const last = model.periods[model.periods.length - 1].id;
  const rows = composites(model).map((m) => {
    const cell = model.cell(m.id, area, last);
    return { name: m.name, value: cell.value, low: cell.low, high: cell.high, bold: m.kind === "dimension", text: [valueText(model, m, cell), cell.rating ? ratingText(model, cell.rating) : ""].filter(Boolean).join(" ") };
  });
  const axis = { low: 0, high: 100, ticks: [0, 25, 50, 75, 100], digits: 0 };
  return {
    title: "Dimensions and components, scores 0 to 100",
    caption: `${state.intervals ? "The bands are likely ranges (90 of 100). " : ""}${peersText(model, area)}`,
    svg: dotRows({ width: 700, rows, axis, write: (v) => number(v, 0), intervals: state.intervals, label: `Scores of ${area.name}.` }),
  };
}

function scorecardBody(ctx, state, area, tip, scenario) {
  const { model } = ctx;
  const last = model.periods[model.periods.length - 1];
  const index = model.measures[0];
  const now = { ...state, level: area.level, period: last.id, show: "value", measure: index.id };
  const cell = model.cell(index.id, area, last.id);
  const move = model.change(index.id, area);
  const rank = rankText(cell, model.ranked(index.id, area.level), model.level(area.level).plural);
  const points = stripPoints(model, now, index, model.areas(area.level), [area.code]);
  return [
    h("div", { class: "facts" },
      fact("Index, 0 to 100", number(cell.value, index.digits), `${cell.illustrative ? "◇ " : ""}${state.intervals && cell.low !== null ? `likely ${intervalText(index, cell.low, cell.high)}` : ""}`),
      rank ? fact("Place", rank.split(", ")[0].replace(/ of .*/, ""), rank.replace(/^\S+ /, "")) : null,
      move.value !== null ? fact(`Change, ${model.first.label} to ${last.label} or nearest, comparable figures${index.counted ? ` (${index.counted})` : ""}`, changeText(index, { ...move, illustrative: false }), `${move.illustrative ? "◇ " : ""}${ratingText(model, move.rating)}`) : null,
      cell.rating ? fact(againstPeers(model), "", ratingChip(model, cell.rating)) : null),
    scenario,
    peersText(model, area) ? h("p", { class: "muted small" }, peersText(model, area)) : null,
    model.areaSentence(index.id, area, true) ? h("p", { class: "change-words" }, model.areaSentence(index.id, area, true)) : null,
    points.length > 1 && cell.value !== null
      ? h("section", {}, h("h3", {}, `Where ${area.name} stands`), chartBox((width) => strip({
        width, points, intervals: state.intervals, home: homePoint(model, now, index), write: (v, digits) => number(v, digits),
        label: scorecardSentence(model, area),
      })))
      : null,
    area === model.home() ? fellowsSection(model, index) : null,
    h("div", { class: "buttons no-print card-actions" },
      intervalCheck(ctx, state),
      model.hasMap(area.level) && model.within(area.level) ? button("Show on the map", { class: "button" }, () => ctx.go({ view: "map", level: area.level })) : null,
      model.within(area.level) ? button("Compare", { class: "button" }, () => ctx.go({ view: "compare", level: area.level, areas: [...new Set([area.code, ...ctx.state().areas])] })) : null,
      briefLinks(ctx, area)),
    h("p", { class: "muted small no-print" }, `Choose a name to see it ${model.shapes ? "on the map" : "for all areas"}.`, h("span", { class: "with-pointer" }, " Point at it, or move to it with the Tab key, for what it means.")),
    h("div", { class: "dims" }, model.measures.filter((m) => m.kind === "dimension").map((d) => dimension(ctx, state, area, d, last.id, tip))),
  ];
}

function fact(label, big, small) {
  return h("div", {}, h("p", { class: "label" }, label), h("p", {}, big ? h("span", { class: "big" }, big) : null, " ", h("span", {}, small)));
}

function dimension(ctx, state, area, measure, period, tip) {
  const { model } = ctx;
  const cell = model.cell(measure.id, area, period);
  const name = h("h3", {}, nameButton(ctx, measure, area, tip));
  return h("section", { class: "dim" },
    h("div", { class: "dim-head" }, name, h("span", { class: "big num" }, cell.value === null ? "–" : number(cell.value, measure.digits))),
    cell.value === null ? null : h("p", { class: "small" }, chips(model, measure, area, cell)),
    model.children(measure.id).map((m) => component(ctx, state, area, m, period, tip)));
}

function component(ctx, state, area, measure, period, tip) {
  const { model } = ctx;
  const cell = model.cell(measure.id, area, period);
  const indicators = model.children(measure.id);
  return h("div", { class: "comp" },
    h("div", { class: "line" },
      h("h4", {}, nameButton(ctx, measure, area, tip)),
      h("strong", { class: "value" }, cell.value === null ? "–" : valueText(model, measure, cell)),
      h("span", { class: "said" }, cell.value === null ? h("em", {}, absentWords(model, cell)) : [likelyText(state, measure, cell), homeText(model, measure, area, period)].filter(Boolean).join("; ")),
      cell.value === null ? null : h("span", { class: "chips" }, chips(model, measure, area, cell))),
    indicators.length ? indicatorList(measure, indicators.map((m) => indicatorLine(ctx, state, area, m, period, tip))) : null);
}

function homeText(model, measure, area, period) {
  const cell = model.homeCell(measure.id, area.level, period);
  return cell ? `${model.whole} ${valueText(model, measure, cell)}` : "";
}

function likelyText(state, measure, cell) {
  return state.intervals && cell.low !== null ? `likely ${intervalText(measure, cell.low, cell.high)}` : "";
}

// Open on a wide page; on a phone the components come first and each opens on demand.
function indicatorList(measure, lines) {
  const wide = matchMedia("(min-width: 62rem)").matches || matchMedia("print").matches;
  const summary = h("summary", { "data-key": `open-${measure.id}` }, `${lines.length} indicator${lines.length === 1 ? "" : "s"}`, h("span", { class: "sr" }, ` of ${measure.name}`));
  const details = h("details", { open: wide || opened.has(measure.id) }, summary, h("ul", { class: "figures" }, lines));
  details.addEventListener("toggle", () => (details.open ? opened.add(measure.id) : opened.delete(measure.id)));
  return details;
}

const opened = new Set();

function indicatorLine(ctx, state, area, measure, period, tip) {
  const { model } = ctx;
  const cell = model.cell(measure.id, area, period);
  const moved = cell.value === null ? [] : changeChips(model, measure, area);
  return h("li", { class: "line" },
    nameButton(ctx, measure, area, tip),
    h("span", { class: "value" }, cell.value === null ? h("em", {}, model.state(cell.state).word) : valueText(model, measure, cell)),
    h("p", { class: "what" }, `${measure.description} ${betterText(measure)}`),
    h("span", { class: "said" }, [unitText(model, measure), likelyText(state, measure, cell)].filter(Boolean).join("; ")),
    h("span", { class: "chips" }, besideWhole(model, measure, area, cell, period), cell.rating ? ratingChip(model, cell.rating) : null, moved, markTags(cell)));
}

// "per 1,000 residents, 2014/15": the unit, and the period of a figure that is not of the year the scorecard is named by.
function unitText(model, measure) {
  const unit = measure.unit.replace(/^%\s*/, "").replace(/^(?:ratio )?\((.*)\)$/, "$1");
  const label = model.lastLabel(measure.id);
  return [unit, label === model.periods[model.periods.length - 1].label ? "" : label].filter(Boolean).join(", ");
}

function chips(model, measure, area, cell) {
  return [
    cell.rating ? ratingChip(model, cell.rating) : null, " ",
    changeChips(model, measure, area),
    markTags(cell),
  ];
}

function nameButton(ctx, measure, area, tip) {
  const el = button(measure.name, { class: "name-button", "data-measure": measure.id, "data-key": `card-${measure.id}` }, () =>
    ctx.go({ view: "map", measure: measure.id, level: area.level, show: "value", area: area.code }));
  tip.on(el, () => describe(ctx.model, measure, area));
  return el;
}

function describe(model, measure, area) {
  const last = model.periods[model.periods.length - 1].id;
  const said = model.areaSentence(measure.id, area, false);
  const move = model.areaSentence(measure.id, area, true);
  const better = measure.kind === "indicator" ? ` ${betterText(measure)}` : "";
  const cell = model.cell(measure.id, area, last);
  return [measure.description + better, said || knownText(model, cell), move].filter(Boolean);
}

// One description box for a whole view: shown on hover and focus, hidden with Escape, and the pointer may rest on it.
function createTip() {
  const id = uniqueId("tip");
  const el = h("div", { class: "tip no-print", role: "tooltip", id, hidden: true });
  let owner = null;
  let timer = 0;

  function hide() {
    clearTimeout(timer);
    el.hidden = true;
    owner?.removeAttribute("aria-describedby");
    owner = null;
  }
  function show(target, words) {
    clearTimeout(timer);
    if (owner !== target) hide();
    owner = target;
    replace(el, words().map((text) => h("p", {}, text)));
    el.hidden = false;
    target.setAttribute("aria-describedby", id);
    const home = el.offsetParent?.getBoundingClientRect();
    const box = target.getBoundingClientRect();
    if (!home) return;
    const left = Math.min(Math.max(box.left - home.left, 0), Math.max(home.width - el.offsetWidth, 0));
    el.style.left = `${left}px`;
    el.style.top = `${box.bottom - home.top + 6}px`;
  }
  const later = () => {
    timer = setTimeout(hide, 200);
  };
  el.addEventListener("pointerenter", () => clearTimeout(timer));
  el.addEventListener("pointerleave", later);

  return {
    el,
    hide,
    on(target, words) {
      target.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show(target, words));
      target.addEventListener("pointerleave", later);
      target.addEventListener("focus", () => target.matches(":focus-visible") && show(target, words));
      target.addEventListener("blur", hide);
      target.addEventListener("keydown", (event) => event.key === "Escape" && hide());
    },
  };
}

function scorecardTwin(model, state, area) {
  const last = model.periods[model.periods.length - 1];
  const columns = [
    { label: "Measure" }, { label: "Kind" }, { label: "Figure", right: true }, { label: "Period" }, { label: "Likely range" }, { label: "Place, likely places" },
    { label: againstPeers(model) }, ...[{ label: "Change", right: true }, { label: "Change since" }, { label: "Change in words" }].map((c) => (model.periods.length > 1 ? c : null)), { label: "How it is known" },
  ];
  const rows = model.measures.map((m) => {
    const cell = model.cell(m.id, area, last.id);
    const move = model.change(m.id, area);
    const likely = move.low === null ? "" : ` (likely ${intervalText(m, move.low, move.high, signed)})`;
    return {
      key: m.id,
      cells: [
        { text: m.name }, { text: m.kind },
        { text: cell.value === null ? "–" : valueText(model, m, cell, { unit: m.kind === "indicator" }), sort: cell.value },
        { text: model.lastLabel(m.id) },
        { text: state.intervals && cell.low !== null ? intervalText(m, cell.low, cell.high) : "–", sort: cell.low },
        { text: rankShort(cell) || "–", sort: cell.rank },
        { text: cell.rating ? ratingText(model, cell.rating) : "–", sort: "smw-".indexOf(cell.rating || "-") },
        { text: changeText(m, move), sort: move.value },
        { text: move.value === null ? "–" : `${model.firstLabel(m.id)}${basisText(m)}` },
        { text: `${changeRating(model, move)}${likely}${move.reason ? ` (${move.reason})` : ""}`, sort: "ind-".indexOf(move.rating) },
        { text: knownText(model, cell) },
      ],
    };
  });
  const among = model.hasRating(model.measures[0].id, area.level) ? ` Places are among ${model.ranked(model.measures[0].id, area.level)} ${model.level(area.level).plural}.` : "";
  return withoutNull({ caption: `Scorecard of ${area.name}, edition of ${last.label}: every measure.${among}`, columns, rows });
}
