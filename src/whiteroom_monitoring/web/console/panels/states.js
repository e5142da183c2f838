// State timelines and status histories: a row for each series, a stretch for each state.
import { h } from "../../shared/dom.js";
import { formatValue } from "../../shared/format.js";
import { formatDateTime, timeLabels } from "../../shared/time_format.js";
import { cssColor } from "../colors.js";

/** @typedef {import("../types").PanelData & { rows: import("../types").StateRow[] }} StatesPanel */
/** @typedef {import("../types").StateRow} StateRow */

const MARKS = 6;
// A stretch narrower than this, in percent, has no room for its words.
const LEAST_WIDTH = 6;

/**
 * @param {HTMLElement} host
 * @param {StatesPanel} panel
 */
export function drawStates(host, panel) {
  const { rows, from, to } = panel;
  if (!rows.length) {
    host.replaceChildren(h("p", { class: "no-items" }, panel.noValue ?? "No data."));
    return;
  }
  const cells = rows.flatMap((row) => [
    h("span", { class: "name", title: row.name }, row.name || "value"),
    h(
      "div",
      { class: "track" },
      spansOf(row, panel).map((span) => stretch(span, row)),
    ),
  ]);
  const distance = (to - from) / MARKS;
  const marks = Array.from({ length: MARKS }, (_, index) => from + distance * index);
  const labels = timeLabels(marks, distance).map((text) => h("span", {}, text));
  host.replaceChildren(
    h(
      "div",
      { class: "states", tabindex: 0, role: "region", "aria-label": panel.title || "states" },
      cells,
      h("span", {}),
      h("div", { class: "marks", "aria-hidden": "true" }, labels),
    ),
  );
}

/**
 * Returns where the stretches of a row begin and how wide they are, in percent. In a status history
 * each moment stands alone.
 * @param {StateRow} row
 * @param {Pick<StatesPanel, "type" | "times" | "from" | "to" | "options">} panel
 */
export function spansOf(row, { type, times, from, to, options }) {
  const whole = to - from || 1;
  const isHistory = type === "status-history";
  const step = times.step || whole;
  const spans = isHistory ? row.spans.flatMap(single) : row.spans;
  return spans.map((span) => {
    const start = Math.max(times.start + span.from * step, from);
    const end = Math.min(times.start + (span.to + 1) * step, to);
    return {
      ...span,
      start,
      end,
      left: (100 * (start - from)) / whole,
      width: Math.max((100 * (end - start)) / whole, 0),
      isSeparate: isHistory || options?.showValue === "always",
    };
  });
}

/** @param {StateRow["spans"][number]} span */
function single(span) {
  const moments = Array.from({ length: span.to - span.from + 1 }, (_, at) => span.from + at);
  return moments.map((at) => ({ ...span, from: at, to: at }));
}

/**
 * @param {ReturnType<typeof spansOf>[number]} span
 * @param {StateRow} row
 */
function stretch({ value, text, colour, start, end, left, width, isSeparate }, row) {
  const words = text ?? formatValue(value, row.unit, row.decimals);
  const title = `${row.name}: ${words}, ${formatDateTime(start)} to ${formatDateTime(end)}`;
  const style = { left: `${left}%`, width: `${width}%`, background: cssColor(colour ?? "blue") };
  return h(
    "span",
    { class: isSeparate ? "state separate" : "state", style, title },
    width >= LEAST_WIDTH ? words : null,
  );
}
