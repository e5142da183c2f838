// Single values: figures, dials and bars.
import { tint } from "../colors.js";
import { h, svg } from "../../shared/dom.js";
import { number, parts, written } from "../../shared/format.js";
import { severityIcon } from "../../shared/icons.js";

// [text, symbol]: words that stand for the value, else the value with its unit.
function texts(figure) {
  return figure.text !== null ? [figure.text, ""] : parts(figure.value, figure.unit, figure.decimals);
}

// A colour that is one; that of text is none.
function painted(colour) {
  return colour === "text" ? null : colour;
}

export function drawStat(host, panel) {
  const { figures } = panel;
  const named = figures.length > 1 || panel.options.textMode === "value_and_name";
  host.replaceChildren(h("div", { class: "stats" }, figures.map((figure) => stat(figure, named, panel.options))));
}

function stat(figure, named, options) {
  const [text, symbol] = texts(figure);
  const wanted = options.colorMode === "none" ? null : painted(figure.colour);
  const paint = wanted === null ? "" : tint(wanted);
  // As large as fits beside an icon.
  const size = Math.min(19, 125 / (text.length + symbol.length / 2 + 1.5));
  const box = h("div", { class: "stat" },
    h("div", { class: "value", style: { color: paint } },
      severityIcon(figure.colour), h("span", {}, text, symbol ? h("small", {}, symbol) : null)),
    named ? h("div", { class: "name" }, figure.name) : null,
    figure.line ? sparkline(figure.line, paint || tint("blue")) : null);
  box.style.setProperty("--size", size);
  return box;
}

function sparkline(values, stroke) {
  const known = values.filter((value) => value !== null);
  if (known.length < 2) return null;
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const y = (value) => 28 - 26 * ((value - low) / (high - low || 1));
  const points = values.map((value, at) => (value === null ? null : `${(at / (values.length - 1)) * 100},${y(value)}`));
  return svg("svg", { class: "sparkline", viewBox: "0 0 100 30", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("polyline", { points: points.filter(Boolean).join(" "), style: { stroke }, fill: "none" }));
}

const START = -120;
const SWEEP = 240;

function point(share, radius) {
  const angle = ((START + SWEEP * share - 90) * Math.PI) / 180;
  return [50 + radius * Math.cos(angle), 52 + radius * Math.sin(angle)];
}

function arc(from, to, radius, width, stroke) {
  const [x1, y1] = point(from, radius);
  const [x2, y2] = point(to, radius);
  const large = (to - from) * SWEEP > 180 ? 1 : 0;
  return svg("path", { d: `M${x1} ${y1}A${radius} ${radius} 0 ${large} 1 ${x2} ${y2}`, style: { stroke }, "stroke-width": width, fill: "none" });
}

function bounds(figure, all) {
  const low = figure.min ?? 0;
  const values = all.map((one) => number(one.value)).filter(Number.isFinite);
  const high = figure.max ?? Math.max(low + 1e-12, ...values, ...figure.thresholds.map((step) => step.value ?? low));
  return (value) => Math.max(0, Math.min(1, (value - low) / (high - low)));
}

export function drawGauge(host, panel) {
  const { figures } = panel;
  host.replaceChildren(h("div", { class: "gauges" }, figures.map((figure) => dial(figure, figures))));
}

function dial(figure, all) {
  const share = bounds(figure, all);
  const [text, symbol] = texts(figure);
  const steps = figure.thresholds.map((step, index) => [
    step.value === null ? 0 : share(step.value),
    figure.thresholds[index + 1] ? share(figure.thresholds[index + 1].value) : 1,
    step.color,
  ]);
  const value = Number.isFinite(number(figure.value)) ? share(number(figure.value)) : 0;
  return h("div", { class: "gauge", role: "img", "aria-label": `${figure.name}: ${text}${symbol}` },
    svg("svg", { viewBox: "0 4 100 82", "aria-hidden": "true" },
      arc(0, 1, 38, 9, tint("--grid")),
      value > 0.002 ? arc(0, value, 38, 9, tint(painted(figure.colour) ?? "blue")) : null,
      steps.filter(([from, to]) => to > from).map(([from, to, name]) => arc(from, to, 46, 2, tint(name)))),
    h("div", { class: "value", style: { color: tint(figure.colour ?? "text") } },
      severityIcon(figure.colour), h("span", {}, text, symbol ? h("small", {}, symbol) : null)),
    all.length > 1 ? h("div", { class: "name" }, figure.name) : null);
}

export function drawBars(host, panel) {
  const { figures } = panel;
  host.replaceChildren(h("div", { class: "bars", role: "list" }, figures.map((figure) => bar(figure, figures))));
}

function bar(figure, all) {
  const value = number(figure.value);
  const share = Number.isFinite(value) ? bounds(figure, all)(value) : value === Infinity ? 1 : 0;
  const text = figure.text ?? written(figure.value, figure.unit, figure.decimals);
  const paint = tint(painted(figure.colour) ?? "blue");
  return h("div", { class: "bar", role: "listitem" },
    h("span", { class: "name", title: figure.name }, figure.name || "value"),
    h("span", { class: "value" }, severityIcon(figure.colour), text),
    h("span", { class: "track" }, h("span", { class: "filled", style: { width: `${share * 100}%`, background: paint } })));
}
