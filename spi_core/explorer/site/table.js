// The table twin of a view: headers, caption, sortable by each column; long ones grow by request.

import { button, h } from "./dom.js";

const FIRST_ROWS = 150;

// Sort rows by a column; what has no value stays at the end either way. `sort` is "2" or "-2" (falling).
export function sortedRows(rows, columns, sort) {
  if (sort === "") return rows;
  const falling = sort.startsWith("-");
  const at = Math.abs(Number(sort));
  if (!(at < columns.length)) return rows;
  const key = (row) => row.cells[at]?.sort ?? row.cells[at]?.text ?? null;
  const compare = new Intl.Collator("en-GB", { numeric: true }).compare;
  return [...rows].sort((a, b) => {
    const [x, y] = [key(a), key(b)];
    if (x === null || y === null) return (x === null) - (y === null);
    const order = typeof x === "number" && typeof y === "number" ? x - y : compare(String(x), String(y));
    return falling ? -order : order;
  });
}

// A twin without the columns that are null.
export function withoutNull({ columns, rows, ...twin }) {
  const kept = (_, i) => columns[i] !== null;
  return { ...twin, columns: columns.filter(kept), rows: rows.map((row) => ({ ...row, cells: row.cells.filter(kept) })) };
}

// twin: { caption, columns: [{ label, right }], rows: [{ key, chosen, cells: [{ text, nodes, sort }] }] }; the first cell heads its row.
export function drawTable(twin, sort, onsort) {
  let shown = FIRST_ROWS;
  const rows = sortedRows(twin.rows, twin.columns, sort);
  const head = twin.columns.map((column, i) => headCell(column, i, sort, onsort));
  const body = h("tbody");
  const more = h("p", { class: "no-print" });
  const grow = (all) => {
    const from = body.rows.length;
    const to = all ? rows.length : Math.min(shown, rows.length);
    body.append(...rows.slice(from, to).map((row) => bodyRow(row, twin.columns)));
    more.replaceChildren();
    if (to < rows.length) {
      more.append(`${to} of ${rows.length} rows are shown. `, button("Show 150 more", { class: "link", "data-key": "more-rows" }, () => {
        shown = to + FIRST_ROWS;
        grow(false);
      }));
    }
  };
  grow(false);
  addEventListener("beforeprint", () => body.isConnected && grow(true), { once: true });
  const caption = h("caption", {}, h("span", {}, twin.caption));
  const table = h("table", {}, caption, h("thead", {}, h("tr", {}, head)), body);
  const wrap = h("div", { class: "table-wrap", tabindex: "0", role: "region", "aria-label": `Table: ${twin.caption}` }, table);
  const aside = h("p", { class: "scrolls no-print", hidden: true }, h("span", { class: "for-touch" }, "Swipe the table sideways for more columns →" + (onsort ? " Tap a column’s name to sort by it." : "")), h("span", { class: "for-keys" }, "Scroll the table sideways for more columns →"));
  const ends = () => {
    const wide = wrap.scrollWidth > wrap.clientWidth + 1;
    aside.hidden = !wide;
    wrap.classList.toggle("more-right", wide && wrap.scrollLeft + wrap.clientWidth < wrap.scrollWidth - 1);
  };
  wrap.addEventListener("scroll", ends, { passive: true });
  new ResizeObserver(ends).observe(wrap);
  return h("div", {}, aside, wrap, more);
}

function headCell(column, i, sort, onsort) {
  const mine = sort !== "" && Math.abs(Number(sort)) === i;
  const falling = sort.startsWith("-");
  const sign = mine ? (falling ? "▼" : "▲") : "";
  const next = mine && !falling ? `-${i}` : String(i);
  return h(
    "th",
    { scope: "col", "data-label": column.label, class: column.right ? "right" : null, "aria-sort": mine ? (falling ? "descending" : "ascending") : null },
    !onsort ? column.label : button([column.label, h("span", { class: "arrow", "aria-hidden": "true" }, sign)], { "data-key": `sort-${i}` }, () => onsort(next)),
  );
}

function bodyRow(row, columns) {
  const cells = row.cells.map((cell, i) => {
    const attributes = { class: columns[i].right ? "right" : null };
    return i === 0 ? h("th", { scope: "row", ...attributes }, cell.nodes ?? cell.text) : h("td", attributes, cell.nodes ?? cell.text);
  });
  return h("tr", { class: row.chosen ? "chosen" : null }, cells);
}
