// Numbers and places as a reader expects them; the same rules as the briefs (spi_core/present/base/words.py).

export const MINUS = "−";

// Decimals by size, or `digits`; thousands parted; a true minus.
export function number(value, digits) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const places = digits ?? (size >= 999.95 ? 0 : size >= 0.995 ? 1 : 2);
  // By hand: the browser's own formatter costs a tenth of the first view on a slow phone.
  let text = value.toFixed(places);
  if (Number(text) === 0) text = text.replace("-", "");
  if (size >= 999.5) text = text.replace(/\B(?=(\d{3})+(?!\d))(?<!\.\d*)/g, ",");
  return text.replace("-", MINUS);
}

export function signed(value, digits = 1) {
  const text = number(value, digits);
  return text.startsWith(MINUS) || text === "–" || Number(text.replaceAll(",", "")) === 0 ? text : `+${text}`;
}

// What a reader gets who subtracts the printed numbers: with its sign, and as many decimals as either has.
export function subtracted(first, second) {
  const [a, b] = [first, second].map((text) => text.replaceAll(",", "").replace(MINUS, "-"));
  const places = Math.max(...[a, b].map((text) => (text.split(".")[1] ?? "").length));
  return signed(Number(a) - Number(b), places);
}

// Two numbers with so many decimals, one more where what is printed would not differ by the printed difference.
export function endpoints(before, after, step, digits = 1) {
  const short = [before, after].map((v) => number(v, digits));
  return subtracted(short[1], short[0]) === signed(step, digits) ? short : [before, after].map((v) => number(v, digits + 1));
}

// The unit after a value: "%" stands by the number, "ratio (…)" and "score …" keep the bare number.
export function withUnit(text, unit) {
  if (!unit || text === "–" || unit.startsWith("score")) return text;
  if (unit.startsWith("%")) return `${text}%${unit.slice(1)}`;
  if (unit.startsWith("ratio (")) return `${text} ${unit.includes("=") ? unit.slice(6) : unit.slice(7, -1)}`;
  if (unit.startsWith("ratio")) return `${text} (${unit})`;
  return `${text} ${unit}`;
}

// The same with what belongs in brackets: one pair holds all of it.
export function withBracket(text, more) {
  if (!more) return text;
  return text.endsWith(")") ? `${text.slice(0, -1)}, ${more})` : `${text} (${more})`;
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

// "2015-03-31" → "31 March 2015"; what is no date stays as it is.
export function day(iso) {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(iso) ?? [];
  return MONTHS[month - 1] ? `${Number(date)} ${MONTHS[month - 1]} ${year}` : String(iso);
}

// "2010 to 2014"; "2008/09–2010/11 to 2011/12–2013/14".
export function spanText(first, last) {
  return [first, last].map((label) => label.replace(" to ", "–")).join(" to ");
}

// A value with no more than its sign: "13.5%" in a table or a map.
export function shortUnit(text, unit) {
  return unit?.startsWith("%") && text !== "–" ? `${text}%` : text;
}

// 1 → "1st"; a tie's half goes to the less flattering place.
export function ordinal(n) {
  const whole = Math.ceil(n);
  const teen = [11, 12, 13].includes(whole % 100);
  return `${whole}${teen ? "th" : ["th", "st", "nd", "rd"][whole % 10] ?? "th"}`;
}

// What names are ordered by: accents and capitals don't count, and 9 comes before 10. By hand, as the browser's own collator costs
// a tenth of the first view on a slow phone.
const orders = new Map();
function orderOf(name) {
  if (!orders.has(name)) {
    const plain = name.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    orders.set(name, plain.replace(/\d+/g, (digits) => digits.padStart(9, "0")));
  }
  return orders.get(name);
}

// Order areas, or anything with a name, as a British reader expects.
export function byName(a, b) {
  const [x, y] = [orderOf(a.name), orderOf(b.name)];
  return x < y ? -1 : Number(x > y);
}

export function andList(items) {
  if (items.length < 2) return items.join("");
  const compound = items.some((item) => item.includes("&") || item.includes(" and "));
  if (items.length === 2) return items.join(" and ");
  const [comma, last] = compound ? ["; ", "; and "] : [", ", " and "];
  return items.slice(0, -1).join(comma) + last + items[items.length - 1];
}
