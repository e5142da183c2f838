// Table panels, and the data of other panels as a table.
import { h } from "../../shared/dom.js";
import { formatValue, toNumber } from "../../shared/format.js";
import { formatDateTime } from "../../shared/time_format.js";
import { timestamps } from "../charts/time_chart.js";
import { cssColor, severityIcon } from "../colors.js";

/** @typedef {import("../types").Column} Column */
/** @typedef {import("../types").PanelData} PanelData */
/** @typedef {{ column: number, direction: 1 | -1 }} Sorting */

const MOST_ROWS = 500;
const ARROWS = { ascending: " ↑", descending: " ↓", none: "" };

// How a reader has sorted the table of each panel: it stays while the panel is refreshed.
/** @type {WeakMap<HTMLElement, Sorting>} */
const sortings = new WeakMap();

/**
 * @param {Column} column
 * @param {number} row
 */
function cellText({ cells, texts, kind, unit, decimals }, row) {
  const cell = cells[row];
  const text = texts?.[row];
  if (text !== null && text !== undefined) return text;
  if (cell === null || cell === undefined) return "";
  if (kind === "time") {
    return unit?.style ? formatValue(cell, unit) : formatDateTime(Number(cell) / 1000);
  }
  return kind === "number" && unit ? formatValue(cell, unit, decimals) : String(cell);
}

/**
 * @param {Column} column
 * @param {number} row
 */
function cellContent(column, row) {
  const text = cellText(column, row);
  const link = column.links?.[row];
  const color = column.colours?.[row];
  const content = link
    ? h("a", { href: link.url, title: link.title, rel: "noopener" }, text)
    : text;
  if (column.cellType === "gauge") return gaugeCell(column, row, content);
  if (!color || color === "text") return content;
  if (column.cellType?.startsWith("color-background")) {
    const filled = h("span", { class: "filled-cell" }, severityIcon(color), content);
    filled.style.setProperty("--fill", cssColor(color));
    return filled;
  }
  const style = { color: cssColor(color) };
  return h("span", { class: "colored", style }, severityIcon(color), content);
}

/**
 * A bar beside the value, between the least and the largest of the column.
 * @param {Column} column
 * @param {number} row
 * @param {string | HTMLElement} content
 */
function gaugeCell({ cells, colours, min, max }, row, content) {
  const numbers = /** @type {number[]} */ (cells.filter((cell) => typeof cell === "number"));
  const low = min ?? numbers.reduce((least, number) => Math.min(least, number), 0);
  const high = max ?? numbers.reduce((most, number) => Math.max(most, number), low + 1e-12);
  const share = Math.max(0, Math.min(1, (Number(cells[row]) - low) / (high - low)));
  const style = { width: `${share * 100}%`, background: cssColor(colours?.[row] ?? "blue") };
  return h(
    "span",
    { class: "gauge-cell" },
    h("span", { class: "bar-track" }, h("span", { class: "bar-fill", style })),
    content,
  );
}

/**
 * Returns the numbers of the rows in their order.
 * @param {Column[]} columns
 * @param {Sorting | undefined} sorting
 */
export function sortedRows(columns, sorting) {
  const rows = columns[0]?.cells.map((_, row) => row) ?? [];
  if (!sorting) return rows;
  const { cells } = columns[sorting.column];
  return rows.sort((a, b) => sorting.direction * compareCells(cells[a], cells[b]));
}

/**
 * @param {string | number | null} a
 * @param {string | number | null} b
 */
function compareCells(a, b) {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a ?? "").localeCompare(String(b ?? ""));
}

/**
 * @param {HTMLElement} host
 * @param {Column[]} columns
 * @param {{ noRows?: string, caption?: string }} options
 */
export function drawTable(host, columns, { noRows = "No rows.", caption = "" } = {}) {
  const rows = sortedRows(columns, sortings.get(host));
  /** @param {number} index */
  const sortBy = (index) => {
    const before = sortings.get(host);
    const isSame = before?.column === index;
    sortings.set(host, { column: index, direction: isSame && before.direction > 0 ? -1 : 1 });
    drawTable(host, columns, { noRows, caption });
    /** @type {HTMLElement} */ (host.querySelectorAll("th button")[index]).focus();
  };
  const head = columns.map((column, index) =>
    headCell(column, sortingOf(host, index), () => sortBy(index)),
  );
  const body = rows.slice(0, MOST_ROWS).map((row) =>
    h(
      "tr",
      {},
      columns.map((column) => h("td", { class: alignment(column) }, cellContent(column, row))),
    ),
  );
  host.replaceChildren(
    h(
      "div",
      { class: "table", tabindex: 0, role: "region", "aria-label": caption || "table" },
      h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, body), footerRow(columns)),
    ),
    rows.length ? "" : h("p", { class: "no-items" }, noRows),
    rows.length > MOST_ROWS
      ? h("p", { class: "muted" }, `The first ${MOST_ROWS} of ${rows.length} rows.`)
      : "",
  );
}

/** @param {Column[]} columns */
function footerRow(columns) {
  if (columns.every(({ footer }) => footer === null || footer === undefined)) return null;
  const cells = columns.map((column) => {
    const { footer, unit, decimals } = column;
    const hasValue = footer !== null && footer !== undefined;
    const text = hasValue ? (unit ? formatValue(footer, unit, decimals) : String(footer)) : "";
    return h("td", { class: alignment(column) }, text);
  });
  return h("tfoot", {}, h("tr", {}, cells));
}

/**
 * @param {HTMLElement} host
 * @param {number} index
 * @returns {"ascending" | "descending" | "none"}
 */
function sortingOf(host, index) {
  const sorting = sortings.get(host);
  if (sorting?.column !== index) return "none";
  return sorting.direction > 0 ? "ascending" : "descending";
}

/**
 * @param {Column} column
 * @param {"ascending" | "descending" | "none"} sorting
 * @param {() => void} onclick
 */
function headCell(column, sorting, onclick) {
  const arrow = h("span", { "aria-hidden": "true" }, ARROWS[sorting]);
  return h(
    "th",
    {
      scope: "col",
      class: alignment(column),
      "aria-sort": sorting,
      style: column.width ? { minWidth: `${column.width}px` } : {},
    },
    h("button", { type: "button", onclick }, column.name, arrow),
  );
}

/** @param {Column} column */
function alignment({ align = "", kind }) {
  if (["left", "right", "center"].includes(align)) return align;
  return kind === "number" ? "right" : "left";
}

/**
 * @param {HTMLElement} host
 * @param {PanelData & { columns: Column[] }} panel
 */
export function drawTablePanel(host, { columns, title, noValue }) {
  drawTable(host, columns, { noRows: noValue ?? undefined, caption: title });
}

/**
 * Returns the data of a panel as columns.
 * @param {PanelData} panel
 * @returns {Column[]}
 */
export function panelColumns(panel) {
  if (panel.singleValues) return singleValueColumns(panel.singleValues);
  const times = [...timestamps(panel.times)].reverse();
  return [
    { name: "Time", kind: "time", cells: times.map((time) => time * 1000) },
    ...(panel.series ?? []).map(({ name, values, unit, decimals }) => ({
      name: name || "value",
      kind: /** @type {const} */ ("number"),
      cells: [...values].reverse(),
      unit,
      decimals,
    })),
  ];
}

/**
 * @param {import("../types").SingleValue[]} singles
 * @returns {Column[]}
 */
function singleValueColumns(singles) {
  const values = singles.map(({ value }) => (value === null ? null : toNumber(value)));
  return [
    { name: "Name", kind: "string", cells: singles.map(({ name }) => name) },
    {
      name: "Value",
      kind: "number",
      cells: values,
      texts: singles.map(({ text }) => text),
      unit: singles[0]?.unit,
      decimals: singles[0]?.decimals,
    },
  ];
}
