// The legend below a chart: shape, name and newest value; choosing one shows it alone.
import { colour } from "./colours.js";
import { h } from "./dom.js";
import { written } from "./format.js";
import { shape } from "./shapes.js";

function newest(values) {
  return values.findLast((value) => value !== null) ?? null;
}

export function drawLegend(chart) {
  const shown = chart.panel.options?.legend?.showLegend !== false && chart.series.length > 0;
  chart.legend.hidden = !shown;
  if (!shown) return;
  const known = new Map([...chart.legend.children].map((child) => [child.dataset.name, child]));
  chart.legend.replaceChildren(
    ...chart.series.map((one, index) => {
      const item = known.get(one.name) ?? entry(chart, one.name);
      const off = chart.hidden.has(one.name);
      item.setAttribute("aria-pressed", String(!off));
      item.classList.toggle("off", off);
      item.replaceChildren(
        shape(index, colour(one.colour)),
        h("span", { class: "name" }, one.name || "value"),
        h("span", { class: "value" }, written(newest(one.values), one.unit, one.decimals)),
      );
      return item;
    }),
  );
}

function entry(chart, name) {
  return h("button", {
    type: "button",
    class: "series",
    "data-name": name,
    title: "Show alone, or all again; with Shift, hide or show",
    onclick: (event) => chart.choose(name, event.shiftKey),
    onmouseenter: () => chart.highlight(name),
    onmouseleave: () => chart.highlight(null),
    onfocus: () => chart.highlight(name),
    onblur: () => chart.highlight(null),
  });
}
