// The legend below a time series: symbol, name and newest value. A click shows one series alone.
import { h } from "../../shared/dom.js";
import { formatValue } from "../../shared/format.js";
import { cssColor } from "../colors.js";
import { symbol } from "./symbols.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {import("../panels/timeseries.js").TimeSeries} TimeSeries */

const HINT = "Show alone, or all again; with Shift, hide or show";

/** @param {import("../types").Values} values */
export function newestValue(values) {
  return values.findLast((value) => value !== null) ?? null;
}

/** @param {TimeSeries} chart */
export function drawLegend(chart) {
  const { legend, series } = chart;
  const isShown = chart.panel?.options?.legend?.showLegend !== false && series.length > 0;
  legend.hidden = !isShown;
  if (!isShown) return;
  const names = series.map(({ name }) => name).join("\n");
  if (legend.dataset.names !== names) {
    legend.dataset.names = names;
    legend.replaceChildren(...series.map((one, index) => entry(chart, one, index)));
  }
  series.forEach((one, index) => {
    update(legend.children[index], one, chart.hidden.has(one.name));
  });
}

/**
 * Touches only what has changed: most refreshes change a value or none.
 * @param {Element} item
 * @param {Series} series
 * @param {boolean} isHidden
 */
function update(item, { values, unit, decimals }, isHidden) {
  const text = formatValue(newestValue(values), unit, decimals);
  const value = /** @type {Element} */ (item.lastElementChild);
  if (value.textContent !== text) value.textContent = text;
  if (item.classList.contains("off") === isHidden) return;
  item.classList.toggle("off", isHidden);
  item.setAttribute("aria-pressed", String(!isHidden));
}

/**
 * @param {TimeSeries} chart
 * @param {Series} series
 * @param {number} index
 */
function entry(chart, { name, colour }, index) {
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
    h("span", { class: "value" }),
  );
}
