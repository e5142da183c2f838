// The legend below a chart: shape, name and newest value; choosing one shows it alone.
import { tint } from "../colors.js";
import { h } from "../../shared/dom.js";
import { written } from "../../shared/format.js";
import { shape } from "./symbols.js";

function newest(values) {
  return values.findLast((value) => value !== null) ?? null;
}

export function drawLegend(chart) {
  const shown = chart.panel.options?.legend?.showLegend !== false && chart.series.length > 0;
  chart.legend.hidden = !shown;
  if (!shown) return;
  const names = chart.series.map((one) => one.name).join("\n");
  if (chart.legend.dataset.names !== names) {
    chart.legend.dataset.names = names;
    chart.legend.replaceChildren(...chart.series.map((one, index) => entry(chart, one, index)));
  }
  chart.series.forEach((one, index) => update(chart.legend.children[index], one, chart.hidden.has(one.name)));
}

// Only what has changed is touched: most refreshes change a value or none.
function update(item, one, off) {
  const value = written(newest(one.values), one.unit, one.decimals);
  if (item.lastChild.textContent !== value) item.lastChild.textContent = value;
  if (item.classList.contains("off") === off) return;
  item.classList.toggle("off", off);
  item.setAttribute("aria-pressed", String(!off));
}

function entry(chart, one, index) {
  const { name } = one;
  return h("button", {
    type: "button",
    class: "series",
    "aria-pressed": "true",
    title: "Show alone, or all again; with Shift, hide or show",
    onclick: (event) => chart.choose(name, event.shiftKey),
    onmouseenter: () => chart.highlight(name),
    onmouseleave: () => chart.highlight(null),
    onfocus: () => chart.highlight(name),
    onblur: () => chart.highlight(null),
  }, shape(index, tint(one.colour)), h("span", { class: "name" }, name || "value"), h("span", { class: "value" }));
}
