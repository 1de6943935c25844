// Words, signs and numbers of one cell, the same in every view, table and file.

import { h } from "./dom.js";
import { andList, number, ordinal, shortUnit, signed, withBracket, withUnit } from "./format.js";

const CHIPS = { s: "up", i: "up", m: "same", n: "same", w: "down", d: "down", "-": "none" };

// Signs of what a number rests on; the word always stands beside the sign or in the legend.
export const MARKS = {
  illustrative: { sign: "◇", word: "illustrative" },
  estimated: { sign: "≈", word: "estimated" },
  unreliable: { sign: "!", word: "low reliability" },
  provisional: { sign: "p", word: "provisional" },
};

// Which marks a cell carries, the weightiest first.
export function marksOf(cell) {
  const found = [];
  if (cell.illustrative) found.push("illustrative");
  if (cell.state === "e") found.push("estimated");
  if (cell.unreliable) found.push("unreliable");
  if (cell.state === "p") found.push("provisional");
  return found;
}

export function markTags(cell) {
  return marksOf(cell).map((name) => h("span", { class: `tag tag-${name}` }, `${MARKS[name].sign} ${MARKS[name].word}`));
}

// The value of a cell in the measure's unit; what stands in its place where there is none.
export function valueText(model, measure, cell, { unit = false } = {}) {
  if (cell.value === null) return model.state(cell.state).word;
  const text = number(cell.value, measure.digits);
  const mark = cell.illustrative ? `\u00a0${MARKS.illustrative.sign}` : "";
  return (unit ? withUnit(text, measure.unit) : shortUnit(text, measure.unit)) + mark;
}

// "304 of 12,980": what a rate or share was counted from; empty where no whole numbers are.
export function countText(cell) {
  return cell.count === null ? "" : `${number(cell.count, 0)} of ${number(cell.base, 0)}`;
}

// "the borough 47.3; London’s average ward 50.1"
export function besideText(model, measure, area, period) {
  return model.beside(measure.id, area, period).map(({ name, cell }) => `${name} ${valueText(model, measure, cell)}`).join("; ");
}

export function intervalText(measure, low, high, write = number) {
  if (low === null || high === null) return "";
  return `${write(low, measure.digits)} to ${write(high, measure.digits)}`;
}

// A place is never given without the range of places that is likely, or else only as a quarter.
export function rankText(cell, of, plural) {
  return rankWords(cell, ` of ${of} ${plural}`);
}

// The same for a cell of a table, whose caption says of how many.
export function rankShort(cell) {
  return rankWords(cell, "");
}

function rankWords(cell, among) {
  if (cell.rankLow !== null && cell.rankHigh !== null) {
    const range = cell.rankLow === cell.rankHigh ? ordinal(cell.rankLow) : `${ordinal(cell.rankLow)} to ${ordinal(cell.rankHigh)}`;
    return cell.rank === null ? `likely ${range}${among}` : `${ordinal(cell.rank)}${among}, likely ${range}`;
  }
  if (cell.quarter) return QUARTERS[cell.quarter] + among;
  return "";
}

export const QUARTERS = { 1: "highest quarter", 2: "upper middle quarter", 3: "lower middle quarter", 4: "lowest quarter" };

export function changeText(measure, move) {
  if (move.value === null) return "–";
  const mark = move.illustrative ? `\u00a0${MARKS.illustrative.sign}` : "";
  return signed(move.value, measure.digits) + mark;
}

export function ratingText(model, letter) {
  const rating = model.rating(letter);
  return `${rating.symbol} ${rating.word}`;
}

// Symbol and word in an outlined fill; `reason` says why something is not rated.
export function ratingChip(model, letter, reason) {
  return chipOf(letter, ratingText(model, letter), reason);
}

// A figure that a period gives once more: it has not changed, nothing newer is published.
export function sameFigure(move) {
  return move.reason.startsWith("same figure");
}

// The same for a change: "not rated" says of what.
export function changeChip(model, move) {
  return chipOf(move.rating, move.rating === "-" ? `${model.rating("-").symbol} ${sameFigure(move) ? "same figure" : "change not rated"}` : changeRating(model, move));
}

// Both changes, each with its years: over one and over several they may differ.
export function changeChips(model, measure, area) {
  if (!model.hasChange(measure.id, area.level)) return [];
  const moves = [[model.change(measure.id, area), model.firstLabel(measure.id)]];
  const long = model.longChange(measure.id, area);
  if (long) moves.push([long, long.first]);
  return moves.flatMap(([move, first]) => [...(move.rating === "-" ? changeChip(model, move) : chipOf(move.rating, `${changeRating(model, move)} since ${first}`)), " "]);
}

export function changeRating(model, move) {
  const { symbol, word } = model.rating(move.rating);
  return `${symbol} ${move.turn || word}`;
}

// "on comparable figures" behind a change of a score: it is not the difference of the scores shown.
export function basisText(measure) {
  return measure.kind === "indicator" ? "" : ` on comparable figures${measure.counted ? ` (${measure.counted})` : ""}`;
}

// What a rating is held against, as a heading.
export function againstPeers(model) {
  return `Against similar ${model.unit.plural}`;
}

// The areas that a rating compares with, by name; those elsewhere with what they lie in.
export function peersText(model, area, title = `Similar ${model.unit.plural}`) {
  const names = model.peerNames(area);
  return names.length ? `${title}: ${andList(names)}.` : "";
}

function chipOf(letter, words, reason) {
  const chip = h("span", { class: `chip chip-${CHIPS[letter] ?? "none"}` }, words);
  return reason ? [chip, h("span", { class: "muted small" }, reason)] : [chip];
}

// "not scored: awaits council data." rather than the word twice.
export function absentWords(model, cell) {
  const why = absence(model, cell);
  const { word } = model.state(cell.state);
  return why.toLowerCase().startsWith(word) ? word + why.slice(word.length) : `${word}. ${why}`;
}

// Why there is no number, in a sentence.
export function absence(model, cell) {
  const state = model.state(cell.state);
  return cell.reason || state.meaning;
}

export function betterText(measure) {
  if (measure.kind !== "indicator") return "Higher is better.";
  return measure.polarity < 0 ? "Lower is better." : "Higher is better.";
}

// One sentence about an area for the readout and for screen readers: name, value, place with its range.
export function areaSentence(model, state, measure, area) {
  const of = model.ranked(measure.id, area.level);
  const plural = model.level(area.level).plural;
  if (state.show === "change") {
    const move = model.change(measure.id, area);
    if (move.value === null) return `${area.name}: no change can be given${move.reason ? ` (${move.reason})` : ""}.`;
    const likely = move.low === null ? "" : `, likely ${intervalText(measure, move.low, move.high, signed)}`;
    return `${area.name}: ${changeText(measure, move)}${basisText(measure)}${likely}. ${changeRating(model, move)}${move.reason ? ` (${move.reason})` : ""}.`;
  }
  const cell = model.cell(measure.id, area, state.period);
  if (cell.value === null) return `${area.name}: no figure, ${absentWords(model, cell)}`;
  const marks = marksOf(cell).map((name) => MARKS[name].word);
  const likely = state.intervals && cell.low !== null ? `likely ${intervalText(measure, cell.low, cell.high)}` : "";
  const parts = [`${area.name}: ${withBracket(valueText(model, measure, cell, { unit: true }), likely)}`];
  if (marks.length) parts[0] += `, ${marks.join(", ")}`;
  const rank = rankText(cell, of, plural);
  if (rank) parts.push(rank[0].toUpperCase() + rank.slice(1));
  if (state.show === "rating" && cell.rating) parts.push(ratingText(model, cell.rating));
  return `${parts.join(". ")}.`;
}
