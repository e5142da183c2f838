// The explore page: any PromQL, drawn and as a table.
import { ask } from "../../shared/http.js";
import { Chart } from "../panels/timeseries.js";
import { Completion } from "../promql_completion.js";
import { byId, h } from "../../shared/dom.js";
import { start } from "../shell.js";
import { icon } from "../../shared/icons.js";
import { go, parameter, view } from "../url.js";
import { drawTable } from "../panels/table.js";
import { TimePicker } from "../time_picker.js";

const RANGE = { from: "now-1h", to: "now", refresh: "" };
const POINTS = 500;
const MOST_DRAWN = 50;

let chart = null;

// A table of the newest values, with a column for each label that tells series apart.
function columns(series) {
  const names = [...new Set(series.flatMap((one) => Object.keys(one.labels)))];
  const telling = names.filter((name) => new Set(series.map((one) => one.labels[name])).size > 1 || series.length === 1);
  const last = series.map((one) => one.values.findLast((value) => value !== null) ?? null);
  const value = { name: "Value", kind: "number", cells: last, unit: series[0].unit };
  return [...telling.map((name) => ({ name, kind: "string", cells: series.map((one) => one.labels[name] ?? "") })), value];
}

function showMessage(kind, text) {
  chart?.destroy();
  chart = null;
  byId("drawing").replaceChildren(h("div", { class: `notice ${kind}`, role: "alert" }, icon(kind === "problem" ? "warning" : "info"), h("p", {}, text)));
  byId("values").replaceChildren();
}

async function run() {
  const expression = parameter("expr");
  field.value = expression;
  times.update(RANGE);
  if (!expression) return showMessage("notice", "Write an expression, such as rate(audio_callbacks_total[1m]). Names are completed.");
  try {
    const panel = await ask("/api/explore", view({ expr: expression, points: POINTS }));
    if (!panel.series.length) return showMessage("notice", "No series in this time.");
    if (!chart) chart = new Chart(byId("drawing"), (from, to) => times.zoom(from, to));
    chart.show({ ...panel, title: expression, series: panel.series.slice(0, MOST_DRAWN) }, []);
    byId("count").textContent = panel.series.length > MOST_DRAWN ? `The first ${MOST_DRAWN} of ${panel.series.length} series are drawn; the table has all.` : "";
    drawTable(byId("values"), columns(panel.series), { caption: "Newest values" });
  } catch (error) {
    showMessage("problem", error.message);
  }
}

async function complete() {
  const { metrics, functions, aggregations } = await ask("/api/names");
  const calls = [...functions, ...aggregations].map((text) => ({ text, open: "(", what: "function" }));
  new Completion(field, [...metrics.map(({ name, help, type }) => ({ text: name, help, what: type })), ...calls]);
}

function submit(event) {
  event?.preventDefault();
  if (field.value === parameter("expr")) run();
  else go({ expr: field.value || null });
}

start();
const field = h("textarea", {
  id: "expression", rows: 2, spellcheck: "false", autocomplete: "off", autocapitalize: "off", "aria-label": "Expression in PromQL",
  onkeydown: (event) => event.key === "Enter" && !event.shiftKey && submit(event),
});
const times = new TimePicker(run);
byId("main").replaceChildren(
  h("div", { class: "toolbar" }, h("h1", {}, "Explore"), times.element),
  h("form", { class: "ask", onsubmit: submit }, h("div", { class: "field" }, field), h("button", { class: "primary" }, "Run")),
  h("section", { class: "panel kind-timeseries explored" }, h("div", { id: "drawing", class: "body" })),
  h("p", { id: "count", class: "quiet" }), h("div", { id: "values", class: "sheet" }));
addEventListener("placechange", run);
complete().catch(() => {});
run();
field.focus();
