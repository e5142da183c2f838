// The legend beside a time series: symbol, name and values of each. A click shows one series alone.
import { h } from "../../shared/dom.js";
import { formatValue } from "../../shared/format.js";
import { cssColor } from "../colors.js";
import { symbol } from "./symbols.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {import("../types").LegendOptions} LegendOptions */
/** @typedef {import("../panels/timeseries.js").TimeSeries} TimeSeries */

const HINT = "Show alone, or all again; with Shift, hide or show";
const NAME = "Name";

/** @param {import("../types").Values} values */
export function newestValue(values) {
  return values.findLast((value) => value !== null) ?? null;
}

/** @param {TimeSeries} chart */
export function drawLegend(chart) {
  const { legend, series } = chart;
  const options = chart.panel?.options?.legend ?? {};
  const isShown = options.showLegend !== false && series.length > 0;
  legend.hidden = !isShown;
  if (!isShown) return;
  const isTable = options.displayMode === "table";
  const visible = series.filter(({ style }) => !style.hideInLegend);
  const listed = isTable ? sortedSeries(visible, options) : visible;
  const columns = isTable ? columnNames(options) : [];
  const shape = JSON.stringify([columns, listed.map(({ name }) => name)]);
  if (legend.dataset.shape !== shape) {
    legend.dataset.shape = shape;
    const entries = listed.map((one) => entry(chart, one, series.indexOf(one), !isTable));
    legend.classList.toggle("as-table", isTable);
    legend.replaceChildren(...(isTable ? [table(entries, columns)] : entries));
  }
  const rows = isTable ? legend.querySelectorAll("tbody tr") : legend.children;
  listed.forEach((one, index) => {
    const texts = isTable ? cells(one, options) : [listText(one, options.calcs ?? [])];
    update(rows[index], texts, chart.hidden.has(one.name));
  });
}

/**
 * Returns the series in the order that a table asks for: by a calculation, or by their names.
 * @param {Series[]} series
 * @param {LegendOptions} options
 */
export function sortedSeries(series, { sortBy, sortDesc, calcs = [] }) {
  const index = calcs.indexOf(sortBy ?? "");
  if (index < 0 && sortBy !== NAME) return series;
  const direction = sortDesc ? -1 : 1;
  /** @param {Series} one */
  const key = (one) => Number(one.calcs?.[index] ?? Number.NEGATIVE_INFINITY);
  return [...series].sort((a, b) =>
    sortBy === NAME ? direction * a.name.localeCompare(b.name) : direction * (key(a) - key(b) || 0),
  );
}

/** @param {LegendOptions} options */
function columnNames({ calcs }) {
  return [NAME, ...(calcs ?? [])];
}

/**
 * @param {Element[]} entries
 * @param {string[]} columns
 */
function table(entries, columns) {
  const values = () => columns.slice(1).map(() => h("td", { class: "value" }));
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, ...columns.map((name) => h("th", { scope: "col" }, name)))),
    h("tbody", {}, ...entries.map((one) => h("tr", {}, h("td", {}, one), ...values()))),
  );
}

/**
 * @param {Series} series
 * @param {LegendOptions} options
 */
function cells({ calcs, unit, decimals }, options) {
  return (options.calcs ?? []).map((_, at) => formatValue(calcs?.[at] ?? null, unit, decimals));
}

/**
 * @param {Series} series
 * @param {string[]} names of what is calculated
 */
function listText({ values, unit, decimals, calcs }, names) {
  if (!calcs?.length) return formatValue(newestValue(values), unit, decimals);
  const texts = calcs.map((value, at) => `${names[at]} ${formatValue(value, unit, decimals)}`);
  return texts.join(" · ");
}

/**
 * Touches only what has changed: most refreshes change a value or none.
 * @param {Element} item a button, or the row of a table with one
 * @param {string[]} texts
 * @param {boolean} isHidden
 */
function update(item, texts, isHidden) {
  const fields = item.querySelectorAll(".value");
  texts.forEach((text, at) => {
    if (fields[at].textContent !== text) fields[at].textContent = text;
  });
  if (item.classList.contains("off") === isHidden) return;
  item.classList.toggle("off", isHidden);
  const button = item.matches("button") ? item : item.querySelector("button");
  button?.setAttribute("aria-pressed", String(!isHidden));
}

/**
 * @param {TimeSeries} chart
 * @param {Series} series
 * @param {number} index
 * @param {boolean} hasValue
 */
function entry(chart, { name, colour }, index, hasValue) {
  return h(
    "button",
    {
      type: "button",
      class: "series",
      "aria-pressed": "true",
      title: HINT,
      onclick: (/** @type {MouseEvent} */ event) => chart.choose(name, event.shiftKey),
      onmouseenter: () => chart.highlight(name),
      onmouseleave: () => chart.highlight(null),
      onfocus: () => chart.highlight(name),
      onblur: () => chart.highlight(null),
    },
    symbol(index, cssColor(colour)),
    h("span", { class: "name" }, name || "value"),
    hasValue ? h("span", { class: "value" }) : null,
  );
}
