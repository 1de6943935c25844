// Rows for files: one an area, measure and period, the same columns from every view.

import { MARKS } from "./words.js";

export const RECORD_COLUMNS = [
  "edition", "data_version", "area_code", "area_name", "level", "measure_id", "measure", "period", "period_label", "value", "unit",
  "better", "value_low", "value_high", "rank", "rank_low", "rank_high", "rating", "comparable_baseline", "comparable_current", "change", "change_low",
  "change_high", "change_rating", "state",
  "illustrative", "low_reliability", "note",
];

// A rank only ever comes with its likely range; a suppressed figure has no number in any column.
export function record(model, measure, area, period) {
  const cell = model.cell(measure.id, area, period);
  const last = model.isLast(period);
  const move = last ? model.change(measure.id, area) : null;
  const ranked = cell.rankLow !== null;
  const illustrative = cell.illustrative || (move?.value !== null && move !== null && model.changeIsIllustrative(measure.id, area));
  return {
    edition: model.meta.id,
    data_version: model.meta.data_version,
    area_code: area.code,
    area_name: area.written,
    level: area.level,
    measure_id: measure.id,
    measure: measure.name,
    period,
    period_label: model.periodLabel(measure.id, period),
    value: cell.value,
    unit: measure.unit,
    better: measure.polarity < 0 ? "lower" : "higher",
    value_low: cell.low,
    value_high: cell.high,
    rank: ranked ? cell.rank : null,
    rank_low: cell.rankLow,
    rank_high: cell.rankHigh,
    rating: cell.rating ? model.rating(cell.rating).word : "",
    // What a change of a score is the difference of: not of the scores in the column "value".
    comparable_baseline: move?.baseline ?? null,
    comparable_current: move?.current ?? null,
    change: move?.value ?? null,
    change_low: move?.low ?? null,
    change_high: move?.high ?? null,
    change_rating: move && move.value !== null ? model.rating(move.rating).word : "",
    state: model.state(cell.state).word,
    illustrative: illustrative ? "yes" : "no",
    low_reliability: cell.unreliable ? "yes" : "no",
    note: cell.value === null ? cell.reason || model.state(cell.state).meaning : [cell.ratingReason, move?.reason].filter(Boolean).join("; "),
  };
}

const BLANK = String.raw`[\0-\x08\x0b\x0c\x0e-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f-\u206f\u3000\ufeff]`;
const SIGN = String.raw`[=+\-@|\uff1d\uff0b\uff0d\uff20\uff5c\ufe66\ufe62\ufe63\ufe6b]`;
const FORMULA = `'*${BLANK}*${SIGN}`;
const START = new RegExp(`^(?:${FORMULA}|[\t\r\n])`);
const WITHIN = new RegExp(`([;\t\r\n])(?=${FORMULA})`, "g");
const NUMBER = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;

// An apostrophe before what a spreadsheet would calculate, as spi_core/text/cells.py puts it; why there is said there.
export function shielded(text) {
  if (NUMBER.test(text)) return text;
  const within = text.replace(WITHIN, "$1'");
  return START.test(text) ? `'${within}` : within;
}

// Comma-separated text; `rows` are lists, so that a column may bear any name, and two the same.
export function toCsv(columns, rows) {
  const write = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const safe = shielded(String(value));
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  return `\ufeff${[columns, ...rows].map((row) => `${row.map(write).join(",")}\r\n`).join("")}`;
}

// The rows of measures, areas and periods.
export function recordRows(model, trios) {
  return trios.map(([measure, area, period]) => {
    const found = record(model, measure, area, period);
    return RECORD_COLUMNS.map((column) => found[column]);
  });
}

// A twin table as rows: numbers as numbers, and the sign of made-up figures in a column of its own.
export function twinRows(model, twin) {
  const columns = ["edition", "data_version", ...twin.columns.map((c) => c.label), "illustrative"];
  const rows = twin.rows.map((row) => {
    const made = row.cells.some((cell) => String(cell.text ?? "").includes(MARKS.illustrative.sign));
    const cells = twin.columns.map((c, i) => (c.right ? plainNumber(row.cells[i]) : row.cells[i].text ?? ""));
    return [model.meta.id, model.meta.data_version, ...cells, made ? "yes" : "no"];
  });
  return [columns, rows];
}

// The number of a cell with the decimals that its text shows.
function plainNumber({ text, sort }) {
  if (typeof sort !== "number") return "";
  const shown = /\d[\d,]*(?:\.(\d+))?/.exec(text ?? "");
  return shown ? Number(sort.toFixed(shown[1]?.length ?? 0)) : sort;
}
