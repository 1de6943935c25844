// Get the data back from the short form in which the page carries them: spi_core/explorer/packing/ says how it is made.

import { number, ordinal, signed } from "./format.js";

const SLOT = 0xe000;
const WRITE = { plain: number, whole: (v) => number(v, 0), signed, place: ordinal };

export function unpack({ packing, ...data }) {
  const half = packing.alphabet.length / 2;
  const value = new Map([...packing.alphabet].map((sign, i) => [sign, i]));

  // The whole numbers of a text, null for none.
  function wholes(text) {
    const found = [];
    let n = 0;
    let unit = 1;
    for (const sign of text) {
      const v = value.get(sign);
      n += unit * (v % half);
      unit *= half;
      if (v >= half) continue;
      found.push(n ? (n % 2 ? -1 : 1) * Math.floor(n / 2) + 0 : null);
      [n, unit] = [0, 1];
    }
    return found;
  }

  function numbers(text, told, order) {
    const scale = 10 ** Number(text[0]);
    const row = [];
    let before = 0;
    wholes(text.slice(1)).forEach((off, k) => {
      const i = order ? order[k] : k;
      if (off === null) return void (row[i] = null);
      const whole = off + before + Math.floor((told[i] ?? 0) * scale + 0.5);
      row[i] = whole / scale;
      before = order ? off + before : 0;
    });
    return row;
  }

  function byGoalposts(column, period, measure) {
    const post = measure.page?.goalposts;
    if (typeof post?.best !== "number" || post.best === post.worst) return [];
    const span = (post.best - post.worst) / 100;
    return column.value[period].map((v) => (v === null ? v : Math.min(Math.max((v - post.worst) / span, 0), 100)));
  }

  // The mean of what a score is made of, the shares of a component's figures taken from its weights.
  function byParts(column, period, measure, below) {
    if (measure.kind === "indicator") return byGoalposts(column, period, measure);
    const told = [];
    for (const [part, about] of below) {
      const component = measure.kind === "component";
      const share = component ? Number(about.page?.weight?.share ?? 0) : 1 / below.length;
      const row = component ? byGoalposts(part, period, about) : part.score[period];
      row.forEach((v, i) => (told[i] = (told[i] ?? 0) + share * (v ?? 0)));
    }
    return told;
  }

  function median(row, places) {
    const there = places.map((i) => row[i]).filter((v) => v !== null).sort((a, b) => a - b);
    return there.length ? (there[Math.floor((there.length - 1) / 2)] + there[Math.floor(there.length / 2)]) / 2 : 0;
  }

  function toldBy(column, terms, period, { measure, size, below, near }) {
    const told = new Array(size).fill(0);
    for (const [sign, name] of terms) {
      let row = column[name.replace("@", "")] ?? [];
      if (name === "=") row = byParts(column, period, measure, below);
      else if (name === "~") row = near.map((places) => median(column.score.at(-1), places));
      else if (name === "#") row = column.base.map((n, i) => ((column.value.at(-1)[i] ?? 0) * (n ?? 0)) / (measure.page?.per || 1));
      else if (Array.isArray(row[0])) row = name[0] === "@" ? row[0] : row[period < 0 ? row.length - 1 : period];
      row.forEach((v, i) => (told[i] += sign * (v ?? 0)));
    }
    return told;
  }

  // Of the columns that are packed, each is needed for those after it.
  function unpackColumns(column, about) {
    const { size } = about;
    for (const [name, terms, how] of packing.rules) {
      const rows = column[name];
      if (typeof rows === "string") {
        const [text, told] = narrowed(rows, toldBy(column, terms, -1, about), how && widthOf(column, name, size), how);
        column[name] = numbers(text, told, how === "order" ? orderOfAreas(column) : null);
      } else if (typeof rows?.[0] === "string") {
        let surprise = new Array(size).fill(0);
        for (let p = rows.length - 1; p >= 0; p -= 1) {
          const [text, told] = narrowed(rows[p], toldBy(column, terms, p, about), how && widthOf(column, name, size), how);
          rows[p] = numbers(text, told.map((t, i) => t + surprise[i]));
          surprise = rows[p].map((v, i) => (v === null ? 0 : v - told[i]));
        }
      }
    }
  }

  // As packing/columns.py: how wide an interval may be, and how many of these widths are taken off what was foretold.
  function widthOf(column, name, size) {
    const value = column.value ?? [];
    const last = value[value.length - 1];
    if (name === "value_low" && column.count) return last.map((v, i) => Math.abs(v ?? 0) / Math.sqrt(Math.max(column.count[i] ?? 0, 1)));
    if (name === "value_low") return last.map((v) => Math.sqrt(Math.abs(v ?? 0)));
    if (!column.value_low) return new Array(size).fill(1);
    const low = column.value_low[column.value_low.length - 1];
    return last.map((v, i) => root((v ?? 0) - (low[i] ?? 0), (column.value_high[0][i] ?? 0) - (value[0][i] ?? 0)));
  }

  function root(x, y) {
    return Math.sqrt(x * x + y * y);
  }

  function narrowed(text, told, width, how) {
    if (how !== "width") return [text, told];
    const end = [...text].findIndex((sign) => value.get(sign) < half) + 1;
    const [hundredths] = wholes(text.slice(0, end));
    return [text.slice(end), told.map((t, i) => t - (hundredths / 100) * width[i])];
  }

  function orderOfAreas(column) {
    const score = column.score?.at(-1) ?? [];
    return score.map((_, i) => i).sort((a, b) => (score[b] ?? -Infinity) - (score[a] ?? -Infinity) || a - b);
  }

  // From the last measure to the first: what a score is made of stands behind it.
  for (const kind of ["figures", "years"]) {
    for (const [level, columns] of Object.entries(data[kind])) {
      const unit = data.levels.find((l) => l.id === level).role === "evidence";
      const near = unit ? data.peers?.near ?? [] : [];
      for (let k = columns.length - 1; k >= 0; k -= 1) {
        const column = columns[k];
        if (!column) continue;
        const below = data.measures.flatMap((m, j) => (m.parent === k && columns[j] ? [[columns[j], m]] : []));
        if (typeof column.base === "number") column.base = [...columns[column.base].base];
        unpackColumns(column, { measure: data.measures[k], size: data.areas[level].code.length, below, near });
      }
    }
  }
  for (const [level, periods] of Object.entries(data.recipe.scores)) {
    periods.forEach((rows, p) => rows.forEach((text, k) => (rows[k] = numbers(text, data.figures[level][data.recipe.components[k]]?.score[p] ?? []))));
  }
  for (const shape of Object.values(data.shapes?.levels ?? {})) shape.d = shape.d.map(pathOf);
  const units = data.areas[data.levels.find((l) => l.role === "evidence").id];
  data.links.briefs.forEach((brief, i) => {
    const stem = `../wards/${units.code[i]}-${units.name[i].toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "")}.`;
    if (brief === 1) data.links.briefs[i] = { html: `${stem}html`, pdf: `${stem}pdf` };
  });
  const whole = data.levels.find((l) => data.areas[l.id].code.length === 1 && data.areas[l.id].code[0] === data.meta.area)?.id;
  for (const [level, kinds] of Object.entries(data.sentences.areas)) {
    for (const said of Object.values(kinds)) said.forEach((texts, k) => texts?.forEach((text, i) => (texts[i] = typeof text === "string" ? text : filled(packing.templates[text], level, k, i))));
  }
  return data;

  function pathOf(text) {
    const numbersOf = wholes(text);
    let d = "";
    for (let from = 0; from < numbersOf.length;) {
      const end = numbersOf.indexOf(null, from);
      const [x, y, ...steps] = numbersOf.slice(from, end);
      const pairs = steps.map((n, i) => (i % 2 || !i ? "" : " ") + (i % 2 ? ` ${n}` : n)).join("");
      d += `M${x} ${y}l${pairs.replaceAll(" -", "-")}z`;
      from = end + 1;
    }
    return d;
  }

  function filled(template, level, k, i) {
    return template.replace(/[\ue000-\uf8ff]/g, (sign) => {
      const [name, whose, how] = packing.slots[sign.charCodeAt(0) - SLOT];
      if (!whose) return data.areas[level].name[i];
      const row = data.figures[whose === "home" ? whole ?? level : level][k][name.replace("@", "")];
      const cells = Array.isArray(row[0]) ? row[name[0] === "@" ? 0 : row.length - 1] : row;
      return WRITE[how](cells[whose === "home" ? 0 : i], data.measures[k].decimals);
    });
  }
}
