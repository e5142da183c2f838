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
  const options = chart.panel?.options?.legend;
  const isShown = options?.showLegend !== false && series.length > 0;
  legend.hidden = !isShown;
  if (!isShown) return;
  const listed = series.filter(({ style }) => !style.hideInLegend);
  const names = listed.map(({ name }) => name).join("\n");
  if (legend.dataset.names !== names) {
    legend.dataset.names = names;
    legend.replaceChildren(...listed.map((one) => entry(chart, one, series.indexOf(one))));
  }
  listed.forEach((one, index) => {
    update(legend.children[index], one, chart.hidden.has(one.name), options?.calcs ?? []);
  });
}

/**
 * Touches only what has changed: most refreshes change a value or none.
 * @param {Element} item
 * @param {Series} series
 * @param {boolean} isHidden
 * @param {string[]} names of what is calculated
 */
function update(item, { values, unit, decimals, calcs }, isHidden, names) {
  const text = calcs?.length
    ? calcs.map((value, at) => `${names[at]} ${formatValue(value, unit, decimals)}`).join(" · ")
    : formatValue(newestValue(values), unit, decimals);
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
