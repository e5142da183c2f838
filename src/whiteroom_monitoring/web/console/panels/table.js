// Tables: those of table panels, and the same data of any other panel as a table.
import { tint } from "../colors.js";
import { h } from "../../shared/dom.js";
import { moment, number, written } from "../../shared/format.js";
import { severityIcon } from "../../shared/icons.js";
import { timesOf } from "../charts/time_chart.js";

const MOST_ROWS = 500;

function cellText(column, row) {
  const cell = column.cells[row];
  if (column.texts?.[row] !== null && column.texts?.[row] !== undefined) return column.texts[row];
  if (cell === null || cell === undefined) return "";
  if (column.kind === "time") return moment(cell / 1000);
  return column.kind === "number" ? written(cell, column.unit, column.decimals) : cell;
}

function cellContent(column, row) {
  const text = cellText(column, row);
  const link = column.links?.[row];
  const wanted = column.colours?.[row];
  const shown = link ? h("a", { href: link.url, title: link.title, rel: "noopener" }, text) : text;
  return wanted && wanted !== "text" ? h("span", { class: "tinted", style: { color: tint(wanted) } }, severityIcon(wanted), shown) : shown;
}

function order(columns, sort) {
  const rows = columns[0]?.cells.map((_, row) => row) ?? [];
  if (!sort) return rows;
  const { cells } = columns[sort.column];
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : String(a ?? "").localeCompare(String(b ?? "")));
  return rows.sort((a, b) => sort.direction * compare(cells[a], cells[b]));
}

export function drawTable(host, columns, { nothing = "Nothing to show", caption = "" } = {}) {
  let sort = host.sort ?? null;
  const draw = () => {
    host.sort = sort;
    const rows = order(columns, sort);
    host.replaceChildren(
      h("div", { class: "table", tabindex: 0, role: "region", "aria-label": caption || "table" },
        h("table", {},
          h("thead", {}, h("tr", {}, columns.map((column, index) => head(column, index)))),
          h("tbody", {}, rows.slice(0, MOST_ROWS).map((row) =>
            h("tr", {}, columns.map((column) => h("td", { class: align(column) }, cellContent(column, row)))))))),
      rows.length ? "" : h("p", { class: "nothing" }, nothing),
      rows.length > MOST_ROWS ? h("p", { class: "quiet" }, `The first ${MOST_ROWS} of ${rows.length} rows.`) : "");
  };
  const head = (column, index) => {
    const mine = sort?.column === index;
    const sorted = mine ? (sort.direction > 0 ? "ascending" : "descending") : "none";
    const turn = () => {
      sort = { column: index, direction: mine ? -sort.direction : 1 };
      draw();
      host.querySelectorAll("th button")[index].focus();
    };
    return h("th", { scope: "col", class: align(column), "aria-sort": sorted },
      h("button", { type: "button", onclick: turn }, column.name, h("span", { "aria-hidden": "true" }, mine ? (sort.direction > 0 ? " ↑" : " ↓") : "")));
  };
  draw();
}

function align(column) {
  if (["left", "right", "center"].includes(column.align)) return column.align;
  return column.kind === "number" ? "right" : "left";
}

// The columns of what a panel draws.
export function columnsOf(panel) {
  if (panel.columns) return panel.columns;
  if (panel.figures) {
    const [first] = panel.figures;
    const values = panel.figures.map((figure) => number(figure.value));
    const column = { name: "Value", kind: "number", cells: values, texts: panel.figures.map((f) => f.text), unit: first?.unit, decimals: first?.decimals };
    return [{ name: "Name", kind: "string", cells: panel.figures.map((figure) => figure.name) }, column];
  }
  const times = [...timesOf(panel.times)].reverse();
  return [
    { name: "Time", kind: "time", cells: times.map((time) => time * 1000) },
    ...panel.series.map((one) => ({ name: one.name || "value", kind: "number", cells: one.values.toReversed(), unit: one.unit, decimals: one.decimals })),
  ];
}
