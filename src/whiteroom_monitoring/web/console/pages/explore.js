// The explore page: any PromQL, as a chart and as a table.
import { byId, h, messageOf } from "../../shared/dom.js";
import { getJson } from "../../shared/http.js";
import { icon } from "../../shared/icons.js";
import { newestValue } from "../charts/legend.js";
import { decodePanel } from "../panel_data.js";
import { drawTable } from "../panels/table.js";
import { TimeSeries } from "../panels/timeseries.js";
import { completePromql } from "../promql_completion.js";
import { startPage } from "../shell.js";
import { TimePicker } from "../time_picker.js";
import { queryParameter, requestParameters, updateQuery } from "../url.js";

/** @typedef {import("../types").Series} Series */

const DEFAULT_TIME = { from: "now-30m", to: "now", refresh: "" };
const POINTS = 500;
const MOST_DRAWN = 50;
const HINT =
  "Enter an expression, such as rate(audio_callbacks_total[1m]). Names are completed as you type.";

/** @type {TimeSeries | null} */
let chart = null;

/**
 * Returns a table of the newest values, with a column for each label that tells series apart.
 * @param {Series[]} series
 * @returns {import("../types").Column[]}
 */
function newestValues(series) {
  const names = [...new Set(series.flatMap(({ labels }) => Object.keys(labels)))];
  const isTelling = (/** @type {string} */ name) =>
    series.length === 1 || new Set(series.map(({ labels }) => labels[name])).size > 1;
  return [
    ...names.filter(isTelling).map((name) => ({
      name,
      kind: /** @type {const} */ ("string"),
      cells: series.map(({ labels }) => labels[name] ?? ""),
    })),
    {
      name: "Value",
      kind: "number",
      cells: series.map(({ values }) => newestValue(values)),
      unit: series[0].unit,
    },
  ];
}

/**
 * @param {"problem" | "notice"} kind
 * @param {string} text
 */
function showMessage(kind, text) {
  chart?.destroy();
  chart = null;
  const sign = icon(kind === "problem" ? "warning" : "info");
  const message = h("div", { class: `notice ${kind}`, role: "alert" }, sign, h("p", {}, text));
  byId("chart").replaceChildren(message);
  byId("count").textContent = "";
  byId("values").replaceChildren();
}

/**
 * @param {string} expression
 * @param {import("../types").TimeSeriesData} data
 */
function showResult(expression, data) {
  const { series } = data;
  if (!series.length)
    return showMessage("notice", "The expression has no series in this time range.");
  chart ??= new TimeSeries(byId("chart"), (from, to) => times.zoom(from, to));
  chart.show({ ...data, title: expression, series: series.slice(0, MOST_DRAWN) }, []);
  byId("count").textContent =
    series.length > MOST_DRAWN
      ? `The chart shows the first ${MOST_DRAWN} of ${series.length} series; the table has all.`
      : "";
  drawTable(byId("values"), newestValues(series), { caption: "Newest values" });
}

async function run() {
  const expression = queryParameter("expr");
  field.value = expression;
  times.update(DEFAULT_TIME);
  if (!expression) return showMessage("notice", HINT);
  try {
    const parameters = requestParameters({ expr: expression, points: String(POINTS) });
    const data = decodePanel(await getJson("/api/explore", parameters));
    times.showRange(data);
    showResult(expression, data);
  } catch (error) {
    showMessage("problem", messageOf(error));
  }
}

async function addCompletion() {
  const { metrics, functions, aggregations } = await getJson("/api/names");
  const names = metrics.map((/** @type {Record<string, string>} */ { name, help, type }) => ({
    text: name,
    help,
    kind: type,
  }));
  const calls = [...functions, ...aggregations].map((text) => ({
    text,
    open: "(",
    kind: "function",
  }));
  completePromql(field, [...names, ...calls]);
}

/** @param {Event} event */
function submit(event) {
  event.preventDefault();
  if (field.value === queryParameter("expr")) run();
  else updateQuery({ expr: field.value || null });
}

startPage();
const field = h("textarea", {
  id: "expression",
  rows: 2,
  spellcheck: "false",
  autocomplete: "off",
  autocapitalize: "off",
  "aria-label": "Expression in PromQL",
  onkeydown: (/** @type {KeyboardEvent} */ event) => {
    if (event.key === "Enter" && !event.shiftKey) submit(event);
  },
});
const times = new TimePicker(run);
byId("main").replaceChildren(
  h("div", { class: "toolbar" }, h("h1", {}, "Explore"), times.element),
  h(
    "form",
    { class: "query-form", onsubmit: submit },
    h("div", { class: "query-field" }, field),
    h("button", { class: "primary" }, "Run"),
  ),
  h(
    "section",
    { class: "panel panel-timeseries explore-chart" },
    h("div", { id: "chart", class: "panel-body" }),
  ),
  h("p", { id: "count", class: "muted" }),
  h("div", { id: "values", class: "table-card" }),
);
addEventListener("urlchange", run);
// Without names, the field works all the same.
addCompletion().catch(() => {});
run();
field.focus();
