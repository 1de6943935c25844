// Take the view away: files, a link, code to embed, a citation.

import { button, h, replace, uniqueId } from "./dom.js";
import { day, number } from "./format.js";
import { toGeoJson } from "./geojson.js";
import { fileName, viewName } from "./names.js";
import { drawPicture, pngBlob, svgText } from "./picture.js";
import { record, RECORD_COLUMNS, recordRows, toCsv, twinRows } from "./records.js";
import { writeState } from "./state.js";

function save(name, blob) {
  const link = h("a", { href: URL.createObjectURL(blob), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

async function copyText(area) {
  try {
    await navigator.clipboard.writeText(area.value);
    return true;
  } catch {
    area.select();
    return document.execCommand("copy");
  }
}

// view() gives what the current view shows: { title, sentence, note, pairs, drawings, legend, twin }; current() the view itself.
export function createSharing(ctx, view, current) {
  const { model } = ctx;
  const status = h("p", { class: "status", role: "status" });
  const texts = h("div", {});
  const panelId = uniqueId("share");
  const toggle = button("Download, link or cite", { class: "button", "aria-expanded": "false", "aria-controls": panelId, "data-key": "share" }, () => {
    panel.hidden = !panel.hidden;
    toggle.setAttribute("aria-expanded", String(!panel.hidden));
    if (!panel.hidden) fillTexts();
  });
  const geoButton = button("GeoJSON (areas)", { class: "button", "data-file": "geojson" }, () => saveGeo());
  const svgButton = button("SVG (drawing)", { class: "button", "data-file": "svg" }, () => saveSvg());
  const pngButton = button("PNG (picture)", { class: "button", "data-file": "png" }, () => savePng());
  const panel = h("div", { class: "share", id: panelId, hidden: true },
    h("h3", {}, "Download this view"),
    h("div", { class: "buttons" }, button("CSV (table)", { class: "button", "data-file": "csv" }, () => saveCsv()), pngButton, svgButton, geoButton),
    h("h3", {}, "Download everything"),
    h("div", { class: "buttons" },
      button("All figures (CSV)", { class: "button", "data-file": "all-csv" }, () => saveAll()),
      button("All data (JSON)", { class: "button", "data-file": "all-json" }, () => {
        save(`${fileName(model, ["all"])}.json`, new Blob([JSON.stringify(ctx.data)], { type: "application/json" }));
        done("All data saved as JSON.");
      })),
    texts, status);

  const nameOf = (state) => viewName(model, state);
  const done = (text) => {
    status.textContent = text;
  };

  function source() {
    const { meta } = model;
    return `Source: ${meta.cite} Figures to ${day(meta.data_to)}. ${meta.attribution}`;
  }

  function saveCsv() {
    const now = view();
    const [columns, rows] = now.pairs ? [RECORD_COLUMNS, recordRows(model, now.pairs)] : twinRows(model, now.twin);
    save(`${nameOf(ctx.state())}.csv`, new Blob([toCsv(columns, rows)], { type: "text/csv;charset=utf-8" }));
    done("The figures of this view are saved as CSV.");
  }

  function saveAll() {
    const rows = recordRows(model, model.levels.flatMap((level) => model.measures.filter((m) => model.has(m.id, level.id))
      .flatMap((m) => model.areas(level.id).flatMap((area) => model.periods.map((p) => [m, area, p.id])))));
    save(`${fileName(model, ["all"])}.csv`, new Blob([toCsv(RECORD_COLUMNS, rows)], { type: "text/csv;charset=utf-8" }));
    done(`All ${number(rows.length, 0)} rows are saved as CSV.`);
  }

  function picture() {
    const now = view();
    const mark = [model.meta.mark, now.note].filter(Boolean).join(". ");
    const where = model.meta.area_name;
    return drawPicture({ title: !where || now.title.includes(where) ? now.title : `${now.title} – ${where}`, sentence: now.sentence, mark, source: source(), drawings: now.drawings, legend: now.legend, legendTitle: now.legendTitle });
  }

  function saveSvg() {
    save(`${nameOf(ctx.state())}.svg`, new Blob([svgText(picture())], { type: "image/svg+xml" }));
    done("The drawing is saved as SVG.");
  }

  async function savePng() {
    save(`${nameOf(ctx.state())}.png`, await pngBlob(picture()));
    done("The picture is saved as PNG.");
  }

  function saveGeo() {
    const state = ctx.state();
    const measure = model.measure(state.measure);
    const text = toGeoJson(model, state.level, (area) => record(model, measure, area, state.period));
    save(`${nameOf(state)}.geojson`, new Blob([text], { type: "application/geo+json" }));
    done("The areas are saved as GeoJSON.");
  }

  // A copy that was opened as a file: its address leads nowhere on another computer.
  const local = () => !ctx.base && location.protocol === "file:";

  function page() {
    if (ctx.base) return `${ctx.base}index.html`;
    return location.href.split("#")[0];
  }

  function fillTexts() {
    const state = ctx.state();
    const hash = writeState(state, model);
    const link = `${page()}${hash ? `#${hash}` : ""}`;
    const now = view();
    const title = `${now.title} – ${model.meta.explorer}`.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;");
    const code = `<iframe src="${link.replaceAll("&", "&amp;")}" title="${title}" width="100%" height="900" loading="lazy"></iframe>`;
    const today = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
    const mark = model.meta.mark ? ` ${model.meta.mark}.` : "";
    const where = local() ? "Read from a local copy" : `${link}, read`;
    const cite = `${model.meta.cite.replace(/\.?$/, ".")} “${now.title}”, figures to ${day(model.meta.data_to)}.${mark} ${where} on ${today}.`;
    replace(texts, local() ? h("p", { class: "callout local" }, "This is a copy on your own computer: the link and the code below work on this computer only. To share the view, send the file itself, or put its folder on a website and open it there.") : null,
      copyBox("Link to this view", link, "link"), copyBox("Code to embed it", code, "embed"), copyBox("Cite it", cite, "cite"));
  }

  function copyBox(label, text, key) {
    const id = uniqueId("copy");
    const area = h("textarea", { id, readonly: true, rows: 3, "data-copy": key });
    area.value = text;
    return [
      h("h3", {}, h("label", { for: id }, label)), area,
      button("Copy", { class: "button", "aria-label": `Copy: ${label}`, "data-key": `copy-${key}` }, async () => {
        done((await copyText(area)) ? `${label}: copied.` : "Copying is not allowed here: select the text and copy it.");
      }),
    ];
  }

  return {
    toggle,
    panel,
    update() {
      geoButton.hidden = !current().hasMap;
      svgButton.hidden = pngButton.hidden = Boolean(current().plain);
      status.textContent = "";
      if (!panel.hidden) fillTexts();
    },
  };
}
