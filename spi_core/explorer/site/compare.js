// Compare two to ten areas with each other, with similar ones and with the whole.

import { orderGroups, sideOf } from "./against.js";
import { button, h, replace, uniqueId } from "./dom.js";
import { chartBox } from "./chartbox.js";
import { dotRows, histogram, REFERENCE, SERIES, strip, trend } from "./charts.js";
import { overTimeNote, viewNote } from "./cautions.js";
import { shownAs } from "./classify.js";
import { fellowsSection } from "./fellows.js";
import { findWords } from "./find.js";
import { andList, byName, number, shortUnit, signed } from "./format.js";
import { homePoint, intervalCheck, mapTwin, stripPoints } from "./mapview.js";
import { periodWords } from "./sentence.js";
import { MOST_AREAS } from "./state.js";
import { basisText, changeText, intervalText, MARKS, marksOf, ratingText, valueText } from "./words.js";

// The areas compared: those of the state at its level; without any, the chosen area alone.
export function comparedAreas(model, state) {
  const listed = state.areas.map((code) => model.area(code)).filter((a) => a.level === state.level);
  if (listed.length) return listed;
  const chosen = model.area(state.area);
  return chosen?.level === state.level ? [chosen] : [];
}

export function createCompare(ctx) {
  const { model } = ctx;
  const chips = h("ul", { class: "chosen-areas" });
  const id = uniqueId("add");
  const select = h("select", { id, "data-key": "add-area", onchange: () => {
    if (select.value) ctx.go({ areas: [...codes(), select.value] });
  } });
  const peers = h("div", { class: "buttons" });
  const status = h("p", { class: "status", role: "status" });
  const chooser = h("section", { class: "card no-print" }, h("h3", {}, "Areas compared"), chips, h("div", { class: "compare-add" }, h("div", {}, h("label", { class: "label", for: id }, "Add an area"), select), peers), status);
  const body = h("div", {});
  const el = h("div", {}, chooser, body);
  const codes = () => comparedAreas(model, ctx.state()).map((a) => a.code);

  // A button that does its work and goes hands the focus to the area that takes its place, or to the list of areas to add.
  function keepFocus(at) {
    const left = [...chips.querySelectorAll("button")];
    (left[at] ?? left[left.length - 1] ?? select).focus();
  }

  function choose(state, areas) {
    replace(chips, areas.map((area, i) => h("li", {}, button(
      [h("span", { class: "num" }, `${i + 1}.`), ` ${area.name} `, h("span", { class: "sr" }, "remove"), h("span", { "aria-hidden": "true" }, "✕")],
      { class: "button", "data-key": `drop-${area.code}` },
      () => {
        ctx.go({ areas: codes().filter((c) => c !== area.code), area: areas.length === 1 ? "" : state.area });
        keepFocus(i);
        status.textContent = `${area.name} removed. ${status.textContent}`;
      },
    ))));
    const rest = model.areas(state.level).filter((a) => !areas.includes(a)).sort(byName);
    select.replaceChildren(h("option", { value: "" }, rest.length ? "Choose…" : "All are chosen"), ...rest.map((a) => h("option", { value: a.code }, a.name)));
    select.disabled = areas.length >= MOST_AREAS;
    const first = areas[0];
    const similar = first ? model.peers(first).filter((a) => !areas.includes(a)) : [];
    replace(peers, similar.length && areas.length < MOST_AREAS ? button(`Add ${model.unit.plural} similar to ${first.name}`, { class: "button", "data-key": "add-peers" },
      () => {
        ctx.go({ areas: [...codes(), ...similar.map((a) => a.code)].slice(0, MOST_AREAS) });
        keepFocus(areas.length);
      }) : null,
      areas.length ? button("Clear", { class: "button", "data-key": "clear-areas" }, () => {
        ctx.go({ areas: [], area: "" });
        keepFocus(0);
      }) : null);
    status.textContent = areas.length >= MOST_AREAS ? `Ten areas are compared: remove one to add another.` : areas.length < 2 ? "Choose two to ten areas." : "";
  }

  return {
    el,
    controls: ["pick", "show", "level", "find"],
    title: (state) => compareTitle(model, state),
    sentence: (state) => compareSentence(model, state),
    note: (state) => compareNote(model, state),
    update(state) {
      const areas = comparedAreas(model, state);
      choose(state, areas);
      replace(body, h("div", { class: "compare-body" }, compareBody(ctx, state, areas)));
    },
    twin: (state) => compareTwin(model, state),
    pairs: (state) => comparedAreas(model, state).flatMap((a) => [model.measure(state.measure), ...model.components].flatMap((m) => model.periods.map((p) => [m, a, p.id]))),
  };
}

// Everything that the charts draw: all areas now, those compared over time, and their components.
function compareNote(model, state) {
  const areas = comparedAreas(model, state);
  if (!areas.length) return "";
  const made = model.components.filter((m) => areas.some((a) => model.cell(m.id, a, state.period).illustrative)).length;
  const components = made ? `◇ Scores of ${made === model.components.length ? "all" : `${made} of the`} ${model.components.length} components rest on illustrative figures.` : "";
  return [viewNote(model, state), overTimeNote(model, model.measure(state.measure), areas), components].filter(Boolean).join(" ");
}

function compareTitle(model, state) {
  return `Compared: ${model.measure(state.measure).name}, ${periodWords(model, state)}`;
}

// Says that areas differ only where the likely range of their difference leaves out zero.
export function compareSentence(model, state) {
  const measure = model.measure(state.measure);
  const areas = comparedAreas(model, state);
  if (areas.length < 2) return "Choose two to ten areas to see them side by side.";
  const shown = shownAs(model, state);
  if (shown === "change") return changedSentence(model, measure, areas);
  if (shown === "rating") return ratedSentence(model, state, measure, areas);
  const cells = areas.map((area) => ({ area, ...model.cell(measure.id, area, state.period) })).filter((c) => c.value !== null);
  if (!cells.length) return `None of these areas has a figure of ${measure.name} for ${model.periodLabel(measure.id, state.period)}.`;
  const sorted = [...cells].sort((a, b) => b.value - a.value);
  const [top, end] = [sorted[0], sorted[sorted.length - 1]];
  const said = `${measure.name}: from ${valueText(model, measure, end)} in ${end.area.name} to ${valueText(model, measure, top)} in ${top.area.name}.`;
  const side = sideOf(top, end);
  if (side === null) return `${said} Without intervals it can’t be said whether they clearly differ.`;
  const apart = side ? "They clearly differ: the likely range of the difference leaves out zero." : "Too close to order: the likely range of the difference holds zero, so it may be chance.";
  const close = areas.length > 2 && side ? orderGroups(sorted).filter((group) => group.length > 1).map((group) => ` ${group.map((c) => `${c.area.name} ${valueText(model, measure, c)}`).join(", ")}: too close to order.`).join("") : "";
  return `${said} ${apart}${close}`;
}

// How the areas compared have moved, each in the group of its rating.
function changedSentence(model, measure, areas) {
  const moves = areas.map((area) => ({ area, ...model.change(measure.id, area) }));
  const known = moves.filter((m) => m.value !== null).sort((a, b) => a.value - b.value);
  const title = `${measure.name}${basisText(measure)}, change since ${model.firstLabel(measure.id)}`;
  if (!known.length) return `${title}: none can be given${moves[0].reason ? ` (${moves[0].reason})` : ""}.`;
  const [low, high] = [known[0], known[known.length - 1]].map((m) => `${changeText(measure, m)} in ${m.area.name}`);
  const better = measure.polarity < 0 ? ["Clearly better, it fell", "Clearly worse, it rose"] : ["Clearly improved", "Clearly declined"];
  return `${title}: from ${low} to ${high}. ${grouped(moves, [["i", better[0]], ["d", better[1]], ["n", "No clear change"], ["-", "Not rated"]])}`;
}

// Each area is rated against those similar to itself: a strength here is no better figure than a weakness there.
function ratedSentence(model, state, measure, areas) {
  const cells = areas.map((area) => ({ area, rating: model.cell(measure.id, area, state.period).rating || "-" }));
  const groups = [["s", "A strength"], ["m", "Similar"], ["w", "A weakness"], ["-", "Not rated"]];
  return `${measure.name}, each against the ${model.unit.plural} similar to it. ${grouped(cells, groups)}`;
}

function grouped(cells, groups) {
  const said = groups.map(([letter, word]) => [word, cells.filter((c) => c.rating === letter).map((c) => c.area.name)]);
  return said.filter(([, names]) => names.length).map(([word, names]) => `${word}: ${andList(names)}.`).join(" ");
}

function compareBody(ctx, state, areas) {
  const { model } = ctx;
  const measure = model.measure(state.measure);
  if (!areas.length) return h("p", { class: "compare-none" }, `Add ${model.level(state.level).plural} above${model.shapes ? ", by the map" : ""} or by “${findWords(model)}”.`);
  const all = model.areas(state.level);
  const chosen = areas.map((a) => a.code);
  const points = stripPoints(model, state, measure, all, chosen, SERIES);
  const change = shownAs(model, state) === "change";
  const write = (v, digits = measure.digits) => (change ? signed(v, digits) : shortUnit(number(v, digits), measure.unit));
  const home = change ? null : homePoint(model, state, measure);
  const label = compareSentence(model, state);
  const names = andList(areas.map((a) => a.name));
  const rows = areas.map((area, i) => rowOf(model, state, measure, area, i, change));
  const has = (m) => areas.some((area) => model.cell(m.id, area, state.period).value !== null);
  const [drawn, empty] = [model.components.filter(has), model.components.filter((m) => !has(m))];
  return [
    intervalCheck(ctx, state),
    areas.includes(model.home()) ? fellowsSection(model, measure) : null,
    all.length > 1 && h("section", {}, h("h3", {}, `Among all ${all.length} ${model.level(state.level).plural}`),
      chartBox((width) => strip({ width, points, home, write, intervals: state.intervals, label: `Where ${names} stand among all. ${label}` }))),
    h("div", { class: "grid thirds" },
      h("section", {}, h("h3", {}, "Side by side"),
        chartBox((width) => dotRows({ width, rows, home, write, intervals: state.intervals, label: `Side by side: ${label}` }),
          home ? `The line is the ${model.whole}, ${home.text}.` : null)),
      model.periods.length > 1 && h("section", {}, h("h3", {}, trendTitle(measure)), trendFigure(model, state, measure, areas)),
      all.length > 1 && h("section", {}, h("h3", {}, "How all areas are spread"),
        chartBox((width) => histogram({
          width, values: points.map((p) => p.value), areasWord: model.level(state.level).plural, write,
          chosen: areas.map((a, i) => ({ value: points[a.place].value, series: SERIES[i] })),
          label: `How many ${model.level(state.level).plural} fall in each step. ${label}`,
        }), "The marks below the columns are the areas compared."))),
    h("section", {}, h("h3", {}, "All components, scores 0 to 100"), model.home() && model.within(state.level) && h("p", { class: "muted small" }, `The line is the ${model.whole}’s score.`), h("div", { class: "multiples" }, drawn.map((m) => multiple(model, state, m, areas))), empty.length > 0 && h("p", { class: "muted small" }, `No scores of these areas: ${andList(empty.map((m) => m.name))}.`)),
  ];
}

function rowOf(model, state, measure, area, i, change) {
  const cell = change ? model.change(measure.id, area) : model.cell(measure.id, area, state.period);
  const marks = change ? "" : marksOf(cell).filter((name) => name !== "illustrative").map((name) => MARKS[name].sign).join("");
  const text = change ? `${changeText(measure, cell)} ${model.rating(cell.rating).symbol} ${cell.turn.split(" ").pop()}`.trim() : cell.value === null ? model.state(cell.state).word : `${valueText(model, measure, cell)} ${marks}`.trim();
  const range = state.intervals && cell.value !== null && cell.low !== null ? ` (${intervalText(measure, cell.low, cell.high, change ? signed : number)})` : "";
  const rated = !change && cell.rating && shownAs(model, { ...state, measure: measure.id }) === "rating" ? ` ${ratingText(model, cell.rating)}` : "";
  return { name: `${i + 1}. ${area.name}`, value: cell.value, low: cell.low, high: cell.high, text: text + range + rated, series: SERIES[i] };
}

// Levels of a score that may stand in a row are other numbers than the score itself, and called so.
export function trendTitle(measure) {
  return measure.kind === "indicator" ? "Over time" : "Over time: comparable scores";
}

// A line an area over the periods; composites by the scores that are comparable.
export function trendFigure(model, state, measure, areas) {
  const lines = areas.map((area) => model.line(measure.id, area));
  const longest = lines.find(Boolean);
  const labels = longest?.labels ?? model.periods.map((p) => model.periodLabel(measure.id, p.id));
  const comparable = measure.comparable !== false;
  const write = (v, digits = measure.digits) => shortUnit(number(v, digits), measure.unit);
  const series = areas.map((area, i) => ({
    name: area.name,
    series: SERIES[i],
    points: lines[i]?.points ?? [...new Array(labels.length - model.periods.length).fill({ value: null, low: null, high: null }), ...model.periods.map((p, k) => {
      const cell = model.cell(measure.id, area, p.id);
      const move = model.change(measure.id, area);
      const value = model.onLine(measure.id, area, k);
      return { value, made: measure.kind === "indicator" ? cell.illustrative : move.illustrative, low: measure.kind === "indicator" ? cell.low : null, high: measure.kind === "indicator" ? cell.high : null };
    })],
  }));
  if (longest?.reference.some((v) => v !== null)) series.push({ name: model.meta.reference, series: REFERENCE, points: longest.reference.map((value) => ({ value, low: null, high: null })) });
  if (!comparable) return h("p", { class: "muted" }, `Not compared over time: ${measure.break_reason || "the figures of the periods do not mean the same"}.`);
  if (series.every((r) => r.points.filter((p) => p.value !== null).length < 2)) return h("p", { class: "muted" }, "No comparable figures in two periods.");
  const said = series.filter((r) => r.points.some((p) => p.value !== null)).map((r) => `${r.name}: ${r.points.map((p, i) => `${p.value === null ? "no figure" : write(p.value)}${p.made ? "\u00a0◇" : ""} in ${labels[i]}`).join(", ")}`);
  return chartBox((width) => trend({ width, labels, series, write, least: 5 * 10 ** -measure.digits, intervals: state.intervals, label: `${measure.name} over time. ${said.join("; ")}.` }),
    measure.kind === "indicator" ? null : `Scores from figures that ${longest ? "were counted alike in every year" : "mean the same in every period"}; the full score rests on all figures.`);
}

function multiple(model, state, measure, areas) {
  const home = model.homeCell(measure.id, state.level, state.period);
  const rows = areas.map((area, i) => rowOf(model, { ...state, show: "value" }, measure, area, i, false));
  const said = rows.map((r) => `${r.name.replace(/^\d+\. /, "")} ${r.text}`).join(", ");
  return h("section", {}, h("h4", {}, measure.name),
    chartBox((width) => dotRows({
        width, rows, axis: { low: 0, high: 100, ticks: [0, 50, 100], digits: 0 }, home, write: (v) => number(v, 0), intervals: state.intervals,
        label: `${measure.name}: ${said}.`,
      })));
}

function compareTwin(model, state) {
  const areas = comparedAreas(model, state);
  const shown = model.home() && model.within(state.level) ? [...areas, model.home()] : areas;
  const one = mapTwin(model, state, shown);
  const wide = model.components.filter((m) => model.has(m.id, state.level));
  const columns = [...one.columns, ...wide.map((m) => ({ label: m.name, right: true }))];
  const rows = shown.map((area, i) => {
    const scores = wide.map((m) => {
      const cell = model.cell(m.id, area, state.period);
      return { text: cell.value === null ? model.state(cell.state).word : valueText(model, m, cell), sort: cell.value };
    });
    return { key: area.code, chosen: area.code === state.area, cells: [...one.rows[i].cells, ...scores] };
  });
  return { caption: `${one.caption} With the scores of all components.`, columns, rows };
}
