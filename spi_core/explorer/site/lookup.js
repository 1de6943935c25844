// Where is it? Areas by name or code, places by what residents call them, postcodes where the edition has them; all without asking anyone.

import { byName } from "./format.js";
import { plain } from "./seek.js";

const MOST = 8;
const POSTCODE = /^([A-Z]{1,2}\d[A-Z\d]?)(\d(?:[A-Z]{1,2})?)?$/;
const WHOLE = /\d[A-Z]{2}$/;
// What may be left out or is written in more than one way.
const SPELT = new Map(Object.entries({ and: "", the: "", saint: "st", rd: "road", ave: "avenue", ln: "lane", pk: "park" }));

// "St. Chad’s Park" and "saint chads pk" are the same words.
export function wordsOf(text) {
  return plain(text.replace(/['’]/g, "")).split(" ").map((word) => SPELT.get(word) ?? word).filter(Boolean);
}

// How many letters have to be changed, left out, added or swapped to get from one word to another (restricted Damerau–Levenshtein).
export function slips(a, b) {
  let [before, row] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next[j] = Math.min(next[j - 1] + 1, row[j] + 1, row[j - 1] + (a[i - 1] !== b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
    }
    [before, row] = [row, next];
  }
  return row[b.length];
}

// lookup(query) gives { hits, reason }: hits are [{ name, kind, area, share, note }], the likeliest first; `sure` where one is meant;
// `reason` says why they are not quite what was typed.
export function createLookup(model) {
  const unit = model.unit.id;
  const areas = model.levels.flatMap((l) => model.areas(l.id).map((area) => ({ name: area.name, kind: l.singular, area })));
  const spots = model.places?.name.map((name, i) => ({
    name, kind: model.places.kind[i], area: model.areas(unit)[model.places.area[i]], share: model.places.share[i], note: model.places.note[i],
  })) ?? [];
  const entries = [...areas, ...spots.filter((e) => e.area)].map((e) => ({ ...e, words: wordsOf(e.name), all: wordsOf(`${e.name} ${e.kind}`) }));

  function named(query) {
    const wanted = wordsOf(query);
    if (!wanted.length) return [];
    const code = query.trim().toLowerCase();
    const told = wanted.join(" ");
    const rank = (e) => (e.area.code.toLowerCase() === code || e.words.join(" ") === told || e.all.join(" ") === told ? 0 : e.words.join(" ").startsWith(told) ? 1 : 2);
    const found = entries.filter((e) => e.area.code.toLowerCase() === code || wanted.every((w) => e.all.some((own) => own.startsWith(w))) || e.words.join(" ").includes(told));
    return found.map((e) => ({ ...e, rank: rank(e) })).sort((a, b) => a.rank - b.rank || (b.share || 1) - (a.share || 1));
  }

  // Names with few letters otherwise than typed; else those that share a word with it: "Longbridge Road".
  function alike(query) {
    const wanted = wordsOf(query);
    const told = wanted.join(" ");
    const near = entries.map((e) => {
      const name = e.words.join(" ");
      const away = Math.min(slips(told, name), slips(told, e.all.join(" ")), told.length > 5 ? slips(told, name.slice(0, told.length)) + 0.5 : Infinity);
      return { ...e, away: away / Math.max(told.length, 4) };
    });
    const shared = (e) => wanted.some((w) => w.length > 3 && !e.kind.includes(w) && e.words.some((own) => own === w || slips(own, w) < Math.min(own.length, w.length) / 4));
    const close = near.filter((e) => e.away <= 0.34);
    return (close.length ? close : near.filter(shared)).sort((a, b) => a.away - b.away || (b.share || 1) - (a.share || 1) || byName(a, b));
  }

  function post(code) {
    const own = (place) => ({ name: code, kind: "postcode", area: model.areas(model.postcodes.level)[place] });
    const text = code.replace(" ", "");
    const near = (start) => [...new Set(Object.entries(model.postcodes.sectors).filter(([s]) => s.startsWith(start)).flatMap(([, units]) => units.map(([place]) => place)))].map(own);
    if (!WHOLE.test(text)) return { hits: near(text), reason: near(text).length ? "" : `${code} is not in this ${model.whole}’s look-up.` };
    for (const [place, letters] of model.postcodes.sectors[text.slice(0, -2)] ?? []) {
      for (let i = 0; i < letters.length; i += 2) if (letters.slice(i, i + 2) === text.slice(-2)) return { hits: [own(place)], reason: "" };
    }
    const hits = near(text.slice(0, -2));
    return { hits, reason: `${code} is not in this ${model.whole}’s look-up.` };
  }

  function look(query) {
    const hits = named(query);
    const parts = POSTCODE.exec(query.toUpperCase().replace(/\s+/g, ""));
    if (!hits.length && parts) {
      const code = parts.slice(1).filter(Boolean).join(" ");
      if (model.postcodes) return post(code);
      return { hits, reason: `${code} looks like a postcode, and this edition has no list of postcodes.` };
    }
    if (hits.length) return { hits, reason: "" };
    const near = alike(query);
    return { hits: near, reason: `Nothing here is called “${query.trim()}”.` };
  }

  return (query, at = (area) => area) => {
    const { hits, reason } = look(query);
    const seen = new Set();
    const once = hits.map((e) => ({ ...e, area: at(e.area) })).filter((e) => {
      const key = `${e.name} ${e.kind} ${e.area.code}`;
      return !seen.has(key) && seen.add(key);
    });
    const exact = once.filter((e) => e.rank === 0);
    const meant = new Set((exact.length ? exact : once).map((e) => e.area.code));
    return { hits: once.slice(0, MOST), more: Math.max(once.length - MOST, 0), reason, sure: !reason && meant.size === 1 };
  };
}

function many(word) {
  const [first, ...rest] = word.split(" ");
  return [/[^aeiou]y$/.test(first) ? `${first.slice(0, -1)}ies` : /(?:s|x|ch|sh)$/.test(first) ? `${first}es` : `${first}s`, ...rest].join(" ");
}

// What can be looked up here and what can't: "17 wards, 20 parks and 6 stations; no streets, no postcodes".
export function knownWords(model) {
  const kinds = new Map();
  new Set(model.places?.name.map((name, i) => `${model.places.kind[i]}\n${name}`)).forEach((both) => {
    const [kind] = both.split("\n");
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  });
  const known = [`${model.areas(model.unit.id).length} ${model.unit.plural}`, ...[...kinds].map(([kind, n]) => `${n} ${n === 1 ? kind : many(kind)}`)];
  const lacks = [["street", "streets"], ["estate", "estates"]].filter(([kind]) => !kinds.has(kind)).map(([, word]) => word);
  if (!model.postcodes) lacks.push("postcodes");
  return { known, lacks };
}
