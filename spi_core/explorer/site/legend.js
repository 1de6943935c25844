// The legend: every class with its colour, limits and count; every kind of missing figure with its pattern and name.

import { h, replace, s, uniqueId } from "./dom.js";
import { shownAs } from "./classify.js";
import { number, spanText } from "./format.js";
import { MUTED, patternDefs } from "./palette.js";
import { CLASS_COUNTS } from "./state.js";
import { againstPeers, basisText, MARKS, marksOf, peersText } from "./words.js";

const METHODS = [
  ["quantile", "Equal numbers of areas"],
  ["equal", "Equal steps"],
  ["jenks", "Natural breaks"],
  ["fixed", "Same in every period"],
];
const CHANGES = [["quantile", "Clear change or not"], ["equal", "Size of the change"]];

// A small picture of a fill, also in forced colours and in print.
export function swatch(fill, prefix) {
  const paint = fill.startsWith("pattern:") ? `url(#${prefix}-${fill.slice(8)})` : fill;
  return s("svg", { width: 30, height: 20, "aria-hidden": "true", focusable: "false" },
    fill.startsWith("pattern:") ? patternDefs(prefix) : null,
    s("rect", { x: 0.75, y: 0.75, width: 28.5, height: 18.5, rx: 2, fill: paint, stroke: MUTED, "stroke-width": 1 }));
}

export function createLegend(ctx) {
  const { model } = ctx;
  const title = h("h3", {});
  const note = h("p", { class: "muted small" });
  const list = h("ul", { class: "legend-list" });
  const marks = h("ul", { class: "legend-list" });
  const method = choice("Classes", (value) => ctx.go({ classes: value }));
  const count = choice("Number", (value) => ctx.go({ count: Number(value) }));
  const options = h("div", { class: "legend-options" }, method.el, count.el);
  const el = h("section", { class: "legend" }, title, note, list, marks, options);

  function choice(label, onpick) {
    const id = uniqueId("classes");
    const select = h("select", { id, onchange: () => onpick(select.value) });
    return { el: h("div", {}, h("label", { for: id, class: "label" }, label), select), select };
  }

  function offer(select, pairs, value) {
    const now = pairs.map((p) => p.join()).join("|");
    if (select.dataset.now !== now) {
      select.replaceChildren(...pairs.map(([v, text]) => h("option", { value: v }, text)));
      select.dataset.now = now;
    }
    select.value = value;
  }

  function update(state, colours) {
    const measure = model.measure(state.measure);
    const shown = shownAs(model, state);
    // Without any figure there is nothing to class, and no darker or lighter.
    const some = colours.keys.some((key) => !key.key.startsWith("state-"));
    const peers = peersOf(state);
    title.textContent = { value: "Legend", rating: againstPeers(model), change: `Change from ${spanText(model.firstLabel(measure.id), model.lastLabel(measure.id))}${basisText(measure)}` }[shown];
    note.textContent = {
      value: some ? `${measure.unit.startsWith("score 0–100") ? "Score, 0 to 100" : measure.unit}. Darker is higher, which is ${measure.polarity < 0 ? "worse" : "better"}.` : "",
      rating: `${model.peersRule} ${peers}`.trim(),
      change: "Only a change whose interval leaves out zero is called clear.",
    }[shown];
    note.hidden = !note.textContent;
    replace(list, colours.keys.map((key) => {
      const prefix = uniqueId("swatch");
      return h("li", { "data-class": key.key }, swatch(key.fill, prefix), h("span", {}, key.label), h("span", { class: "count" }, countText(state, key.count)),
        key.meaning ? h("span", { class: "meaning muted small" }, key.meaning) : null);
    }));
    replace(marks, shown === "change" ? [] : markRows(state, measure));
    options.hidden = !some || shown === "rating" || model.areas(state.level).length < 2;
    count.el.hidden = shown === "change";
    if (shown === "change") offer(method.select, CHANGES, ["equal", "jenks"].includes(state.classes) ? "equal" : "quantile");
    else offer(method.select, METHODS.filter(([name]) => name !== "fixed" || model.periods.length > 1), state.classes);
    offer(count.select, CLASS_COUNTS.map((n) => [n, n]), String(state.count));
  }

  // Signs beside numbers that need a caution, with how many areas carry each.
  function markRows(state, measure) {
    const counts = new Map();
    const areas = model.areas(state.level);
    const digits = model.flag_digits(measure.id, state.level, state.period);
    const states = model.states_of(measure.id, state.level, state.period);
    areas.forEach((area, i) => {
      if ("ocmr".includes(states[i] ?? "n") && "01".includes(digits[i] ?? "0")) return;
      if (states[i] === "i" && digits[i] === "4") {
        counts.set("illustrative", (counts.get("illustrative") ?? 0) + 1);
        return;
      }
      for (const name of marksOf(model.cell(measure.id, area, state.period))) counts.set(name, (counts.get(name) ?? 0) + 1);
    });
    return [...counts].map(([name, n]) => h("li", { "data-class": `mark-${name}` },
      h("strong", {}, MARKS[name].sign),
      h("span", {}, MARKS[name].word),
      h("span", { class: "count" }, countText(state, n)),
      h("span", { class: "meaning muted small" }, MARK_MEANINGS[name])));
  }

  function peersOf(state) {
    const area = model.area(state.area);
    if (area?.level !== model.unit.id) return `Choose ${model.unit.a} to see which these are.`;
    return peersText(model, area, `Similar to ${area.name}`);
  }

  function countText(state, n) {
    const { singular, plural } = model.level(state.level);
    return `${number(n, 0)} ${(n === 1 ? singular : plural).replace(/ \(.*\)/, "")}`;
  }

  return { el, update };
}

const MARK_MEANINGS = {
  illustrative: "Made up to show the method: not real data.",
  estimated: "Follows from the area’s other figures.",
  unreliable: "Rests on few events: read it with its interval.",
  provisional: "Its source may still revise it.",
};
