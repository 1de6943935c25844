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

// Comma-separated text; a text that a spreadsheet would run as a formula gets a leading apostrophe.
export function toCsv(rows, columns) {
  const write = (value) => {
    if (value === null || value === undefined) return "";
    if (typeof value === "number") return String(value);
    const safe = /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const lines = rows.map((row) => columns.map((c) => write(row[c])).join(","));
  return `﻿${columns.map(write).join(",")}\r\n${lines.join("\r\n")}\r\n`;
}

// A twin table as rows for toCsv: numbers as numbers, and the sign of made-up figures in a column of its own.
export function twinRecords(model, twin) {
  const columns = ["edition", "data_version", ...twin.columns.map((c) => c.label), "illustrative"];
  const rows = twin.rows.map((row) => {
    const found = { edition: model.meta.id, data_version: model.meta.data_version };
    twin.columns.forEach((c, i) => {
      found[c.label] = c.right ? plainNumber(row.cells[i]) : row.cells[i].text ?? "";
    });
    found.illustrative = row.cells.some((cell) => String(cell.text ?? "").includes(MARKS.illustrative.sign)) ? "yes" : "no";
    return found;
  });
  return { columns, rows };
}

// The number of a cell with the decimals that its text shows.
function plainNumber({ text, sort }) {
  if (typeof sort !== "number") return "";
  const shown = /\d[\d,]*(?:\.(\d+))?/.exec(text ?? "");
  return shown ? Number(sort.toFixed(shown[1]?.length ?? 0)) : sort;
}
