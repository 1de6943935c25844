// Rows for files: one an area, measure and period, the same columns from every view.

import { number } from "./format.js";

export const RECORD_COLUMNS = [
  "edition", "data_version", "area_code", "area_name", "level", "measure_id", "measure", "period", "period_label", "value", "unit",
  "value_low", "value_high", "rank", "rank_low", "rank_high", "rating", "change", "change_low", "change_high", "change_rating", "state",
  "illustrative", "low_reliability", "note",
];

// A rank only ever comes with its likely range; a suppressed figure has no number in any column.
export function record(model, measure, area, period) {
  const cell = model.cell(measure.id, area, period);
  const last = model.isLast(period);
  const move = last ? model.change(measure.id, area) : null;
  const ranked = cell.rankLow !== null;
  const illustrative = cell.illustrative || (move?.value !== null && move !== null && model.changeIsIllustrative(measure.id, area));
  const own = measure.page?.periods?.[model.periods.findIndex((p) => p.id === period)]?.label;
  return {
    edition: model.meta.id,
    data_version: model.meta.data_version,
    area_code: area.code,
    area_name: area.written,
    level: area.level,
    measure_id: measure.id,
    measure: measure.name,
    period,
    period_label: own ?? model.period(period).label,
    value: cell.value,
    unit: measure.unit,
    value_low: cell.low,
    value_high: cell.high,
    rank: ranked ? cell.rank : null,
    rank_low: cell.rankLow,
    rank_high: cell.rankHigh,
    rating: cell.rating ? model.rating(cell.rating).word : "",
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
  return `﻿${columns.join(",")}\r\n${lines.join("\r\n")}\r\n`;
}

// A twin table as rows for toCsv.
export function twinRecords(model, twin) {
  const columns = ["edition", "data_version", ...twin.columns.map((c) => c.label)];
  const rows = twin.rows.map((row) => {
    const found = { edition: model.meta.id, data_version: model.meta.data_version };
    twin.columns.forEach((c, i) => {
      found[c.label] = row.cells[i].csv ?? row.cells[i].text ?? (typeof row.cells[i].sort === "number" ? number(row.cells[i].sort) : "");
    });
    return found;
  });
  return { columns, rows };
}
