// The data (docs/explorer-data.md) as the views ask for it.

import { turnOf } from "./turn.js";

const NOTHING = {
  value: null, score: null, low: null, high: null, state: "n", illustrative: false, unreliable: false, capped: false,
  count: null, base: null, rank: null, rankLow: null, rankHigh: null, quarter: null, rating: "", ratingReason: "",
  difference: null, differenceLow: null, differenceHigh: null, peersMedian: null, reason: "",
};
const STILL = { value: null, low: null, high: null, rating: "-", turn: "", reason: "", illustrative: false, baseline: null, current: null };
const CAPPED = 1;
const UNRELIABLE = 2;
const ILLUSTRATIVE = 4;

// Wrap the parsed JSON. Places (positions in the file) stay inside; views speak of ids and codes.
export function openData(data) {
  const measures = data.measures.map((m, place) => ({
    ...m,
    place,
    digits: m.decimals,
    parent: m.parent < 0 ? null : data.measures[m.parent].id,
  }));
  const byId = new Map(measures.map((m) => [m.id, m]));
  const areas = new Map(data.levels.map((l) => [l.id, areasOf(data, l.id, l.above)]));
  const byCode = new Map([...areas.values()].flat().map((a) => [a.code, a]));
  const levels = new Map(data.levels.map((l) => [l.id, l]));
  const order = [...levels.keys()];
  const places = new Map(data.periods.map((p, i) => [p.id, i]));
  const last = data.periods.length - 1;
  const first = places.get("baseline") ?? 0; // what changes are measured from

  const column = (id, level) => data.figures[level]?.[byId.get(id)?.place] ?? null;

  const model = {
    meta: data.meta,
    periods: data.periods,
    levels: [...levels.values()],
    // What scores, ranks and ratings are of; and the word for what the edition is about.
    unit: data.levels.find((l) => l.role === "evidence"),
    whole: data.meta.whole,
    measures,
    shapes: data.shapes,
    hasMap: (level) => Boolean(data.shapes?.levels[level]),
    glossary: data.glossary,
    history: data.history,
    targets: data.targets ?? [],
    fellows: data.fellows ?? null,
    recipe: data.recipe,
    peersRule: data.peers?.rule ?? "",
    places: data.places ?? null,
    postcodes: data.postcodes ?? null,
    links: data.links ?? {},
    measure: (id) => byId.get(id),
    children: (id) => measures.filter((m) => m.parent === id),
    components: measures.filter((m) => m.kind === "component"),
    level: (id) => levels.get(id),
    // Whether a level's areas are parts of what the edition is about, so that they can be held against it.
    within: (id) => order.indexOf(id) > order.findIndex((l) => levels.get(l).role === "whole"),
    // The word for a level's areas, or for the one area that it is; without what stands in brackets.
    called: (id) => (areas.get(id).length === 1 ? levels.get(id).singular : levels.get(id).plural).replace(/ \(.*\)/, ""),
    areas: (level) => areas.get(level) ?? [],
    area: (code) => byCode.get(code),
    period: (id) => data.periods[places.get(id)],
    isLast: (id) => places.get(id) === last,
    // What a measure's figures of a period speak of: "Census 2011" where the edition calls it 2014.
    periodLabel(id, period) {
      const at = places.get(period);
      return byId.get(id).page?.periods?.[at]?.label ?? data.periods[at].label;
    },
    first: data.periods[first],
    firstLabel: (id) => model.periodLabel(id, data.periods[first].id),
    lastLabel: (id) => model.periodLabel(id, data.periods[last].id),
    state: (letter) => data.states[letter] ?? data.states.n,
    states: data.states,
    rating: (letter) => data.ratings[letter] ?? data.ratings["-"],
    has: (id, level) => Boolean(column(id, level)),
    column,

    // Shown values of a period, in the order of the level's areas: fast, for maps.
    values(id, level, period) {
      const col = column(id, level);
      return col ? col[byId.get(id).shows]?.[places.get(period)] ?? [] : [];
    },
    // Whether a period can be looked at: an earlier score of other figures is not given.
    hasPeriod: (id, level, period) => model.isLast(period) || (model.has(id, level) && byId.get(id).comparable !== false && model.values(id, level, period).some((v) => v !== null)),
    states_of(id, level, period) {
      return column(id, level)?.state?.[places.get(period)] ?? "";
    },
    flag_digits(id, level, period) {
      return column(id, level)?.flags?.[places.get(period)] ?? "";
    },

    // Why a component has no score anywhere: "Awaits council data."; nothing for one that has.
    unscoredReason(id) {
      const { scored, note } = byId.get(id);
      return scored === false && note ? sentence(note.replace(/^not scored: /, "")) : "";
    },

    // How many of a level's areas have illustrative figures, without making a cell of each.
    illustrative(id, level, period) {
      const digits = model.flag_digits(id, level, period);
      const states = model.states_of(id, level, period);
      let count = 0;
      for (let i = 0; i < states.length; i += 1) count += states[i] === "i" || Number.parseInt(digits[i] ?? "0", 16) & ILLUSTRATIVE ? 1 : 0;
      return count;
    },

    cell(id, area, period) {
      const measure = byId.get(id);
      const col = column(id, area.level);
      const p = places.get(period);
      const at = area.place;
      if (!col) return { ...NOTHING, state: model.absentState(id), reason: absentReason(measure) };
      const flags = Number.parseInt(col.flags?.[p]?.[at] ?? "0", 16);
      const state = col.state?.[p]?.[at] ?? "n";
      const cell = {
        ...NOTHING,
        value: pick(col[measure.shows]?.[p], at),
        score: pick(col.score?.[p], at),
        low: pick(col.value_low?.[p], at),
        high: pick(col.value_high?.[p], at),
        state,
        capped: Boolean(flags & CAPPED),
        unreliable: Boolean(flags & UNRELIABLE),
        illustrative: Boolean(flags & ILLUSTRATIVE) || state === "i",
      };
      if (state === "u") {
        const why = text(data.texts, col.score_reason?.[p], at);
        cell.reason = absentReason(measure) || (why && sentence(why));
      }
      if (p === last) Object.assign(cell, { count: pick(col.count, at), base: pick(col.base, at) }, standing(col, at, measure, cell, data.texts));
      const among = p === last && area.code === data.meta.area && data.fellows?.measures[measure.place];
      // The range of the whole's score is known where it stands among others of its kind.
      if (among && cell.low === null) ["low", "high"].forEach((end) => { cell[end] = pick(among[end], among.at.indexOf(data.fellows.home)); });
      return cell;
    },

    change(id, area) {
      const col = column(id, area.level);
      const at = area.place;
      if (!col) return { ...STILL, reason: absentReason(byId.get(id)) };
      return {
        value: pick(col.change, at),
        low: pick(col.change_low, at),
        high: pick(col.change_high, at),
        rating: col.change_rating?.[at] ?? "-",
        turn: turnOf(byId.get(id), col.change_rating?.[at]),
        reason: text(data.texts, col.change_reason, at),
        illustrative: model.changeIsIllustrative(id, area),
        baseline: pick(col.comparable_baseline, at),
        current: pick(col.comparable_current, at),
      };
    },

    // What of a period may be set in a row with the others: with two periods the ends of the change.
    onLine(id, area, k) {
      const col = column(id, area.level);
      if (col?.trend) return pick(col.trend[k], area.place);
      if (byId.get(id).kind === "indicator") return model.cell(id, area, data.periods[k].id).value;
      const move = model.change(id, area);
      return k === first ? move.baseline : k === last ? move.current : null;
    },

    // An area's years as one line: { labels, points }, the edition's periods last; null where no earlier year is known.
    line(id, area) {
      const years = data.years?.[area.level]?.[byId.get(id).place];
      if (!years?.labels) return null;
      const at = area.place;
      const earlier = years.labels.length;
      const labels = [...years.labels, ...data.periods.map((p) => model.periodLabel(id, p.id))];
      const points = labels.map((label, k) => {
        const count = pick(years.counts?.[k], at);
        if (k < years.value.length) return { value: pick(years.value[k], at), low: pick(years.value_low?.[k], at), high: pick(years.value_high?.[k], at), count, made: years.made?.[k]?.[at] === "1" };
        const cell = model.cell(id, area, data.periods[k - earlier].id);
        return { value: cell.value, low: cell.low, high: cell.high, count, made: cell.illustrative };
      });
      return { labels, points, reference: years.reference ?? [] };
    },

    // The change over several years, beside the one of a year.
    longChange(id, area) {
      const years = data.years?.[area.level]?.[byId.get(id).place];
      const at = area.place;
      if (pick(years?.long_change, at) === null) return null;
      const rating = years.long_rating[at];
      return {
        first: years.first, last: years.last, value: years.long_change[at], low: pick(years.long_low, at), high: pick(years.long_high, at),
        rating, turn: turnOf(byId.get(id), rating), reason: text(data.texts, years.long_reason, at), relative: pick(years.long_relative, at), relativeRating: years.long_relative_rating[at],
        illustrative: model.changeIsIllustrative(id, area),
      };
    },

    // A change rests on both periods.
    changeIsIllustrative(id, area) {
      const col = column(id, area.level);
      if (!col || col.change_illustrative || !(col.flags || col.state.some((row) => row.includes("i")))) return Boolean(col?.change_illustrative);
      return [first, last].some((p) => model.cell(id, area, data.periods[p].id).illustrative);
    },

    // Why a whole level lacks a measure: an indicator nobody collects, a score nobody can work out.
    absentState: (id) => (byId.get(id)?.kind === "indicator" ? "n" : "u"),
    hasRating: (id, level) => Boolean(column(id, level)?.rating),
    hasChange: (id, level) => Boolean(column(id, level)?.change_rating),
    hasInterval: (id, level) => Boolean(column(id, level)?.low || column(id, level)?.value_low),
    // How many areas a rank is among.
    ranked: (id, level) => column(id, level)?.rank?.filter((r) => r !== null).length ?? areas.get(level)?.length ?? 0,
    // The area that the edition is about, where it has figures.
    home: () => byCode.get(data.meta.area) ?? null,
    // Its figure, to hold one of a level's against; nothing where that level is no part of it.
    homeCell(id, level, period) {
      const home = model.within(level) ? model.home() : null;
      const cell = home && model.cell(id, home, period);
      return cell && cell.value !== null ? cell : null;
    },
    // What an area's figure may be held against: the areas that it lies in, small to large, and the reference's average area.
    beside(id, area, period) {
      const found = [];
      for (let up = area.parent; up; up = byCode.get(up)?.parent) {
        const larger = byCode.get(up);
        const cell = larger && model.cell(id, larger, period);
        if (cell?.value !== null && cell) found.push({ name: areas.get(larger.level).length === 1 ? `the ${levels.get(larger.level).singular}` : larger.name, cell });
      }
      // The reference's own figure where it is known, else that of its average area.
      const place = byId.get(id).place;
      const its = (data.years?.[area.level]?.[place]?.reference ?? data.years?.[model.unit.id]?.[place]?.reference ?? []).at(places.get(period) - data.periods.length) ?? null;
      const mean = byId.get(id).page?.reference?.[places.get(period)] ?? null;
      const own = found.some((f) => f.name === data.meta.reference);
      if (data.meta.reference && !own && (its ?? mean) !== null) found.push({ name: its === null ? `${data.meta.reference}’s average ${model.unit.singular}` : data.meta.reference, cell: { ...NOTHING, state: "o", value: its ?? mean } });
      return found;
    },
    peerNames(area) {
      return area.level === model.unit.id ? data.peers.names[area.place] : [];
    },

    // Those of them that stand in this edition.
    peers(area) {
      const near = area.level === model.unit.id ? data.peers.near[area.place] : [];
      return near.map((at) => areas.get(area.level)[at]);
    },

    // A written sentence, or nothing where a level is too large for written ones.
    areaSentence(id, area, change) {
      const written = data.sentences.areas?.[area.level]?.[change ? "change" : "standing"];
      return written?.[byId.get(id).place]?.[area.place] ?? "";
    },
    // How a level's changes are beside the reference's own.
    besideReference: (id, level) => data.sentences.beside[level]?.[byId.get(id).place]?.[0] ?? "",
    spread(id, level, period) {
      return data.sentences.spread?.[level]?.[byId.get(id).place]?.[places.get(period)] ?? "";
    },
  };
  return model;
}

function areasOf(data, level, above) {
  const part = data.areas[level];
  return part.code.map((code, place) => ({
    code,
    place,
    level,
    // A small area's name is its code: say where it lies.
    name: part.name[place] === code && above && part.parent[place] >= 0 ? `${code} (${data.areas[above].name[part.parent[place]]})` : part.name[place],
    written: part.name[place],
    parent: above ? data.areas[above].code[part.parent[place]] ?? null : null,
    population: part.population?.[place] ?? null,
  }));
}

function standing(col, at, measure, cell, texts) {
  const found = {
    rank: pick(col.rank, at),
    rankLow: pick(col.rank_low, at),
    rankHigh: pick(col.rank_high, at),
    quarter: pick(col.quarter, at),
    rating: cell.value === null ? "" : col.rating?.[at] ?? "",
    ratingReason: text(texts, col.rating_reason, at),
    difference: pick(col.difference, at),
    differenceLow: pick(col.difference_low, at),
    differenceHigh: pick(col.difference_high, at),
    peersMedian: pick(col.peers_median, at),
  };
  if (measure.shows === "score") {
    found.low = pick(col.low, at);
    found.high = pick(col.high, at);
  }
  return found;
}

function pick(column, at) {
  return column?.[at] ?? null;
}

function text(texts, column, at) {
  const place = column?.[at] ?? -1;
  return place < 0 ? "" : texts[place];
}

function absentReason(measure) {
  if (measure?.kind === "component" && measure.note) return sentence(measure.note);
  return "";
}

function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}
