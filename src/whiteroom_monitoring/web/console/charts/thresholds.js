// Thresholds of a time series, as lines.
import { canvasColor } from "../colors.js";
import { drawDashedLine } from "./dashed_line.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {import("../types").Threshold} Threshold */

const OPACITY = 0.8;
const AREA_OPACITY = 0.1;

/** @typedef {{ thresholds: Threshold[], mode: string, scale: string }} Shown */

/**
 * Returns the thresholds that a panel shows, and how: those of the first series that shows any.
 * @param {Pick<Series, "style" | "thresholds">[]} series
 * @param {string[]} scales
 * @returns {Shown}
 */
export function visibleThresholds(series, scales) {
  const at = series.findIndex(({ style }) => (style.thresholdsStyle?.mode ?? "off") !== "off");
  if (at < 0) return { thresholds: [], mode: "off", scale: "y" };
  const { thresholds, style } = series[at];
  return { thresholds, mode: style.thresholdsStyle?.mode ?? "line", scale: scales[at] };
}

/**
 * @param {uPlot} plot
 * @param {Shown} shown
 */
export function drawThresholdAreas(plot, { thresholds, mode, scale }) {
  if (!mode.includes("area")) return;
  const { ctx, bbox, scales } = plot;
  const { min, max } = scales[scale];
  ctx.save();
  ctx.globalAlpha = AREA_OPACITY;
  thresholds.forEach(({ value, color }, index) => {
    const from = Math.max(value ?? min, min);
    const to = Math.min(thresholds[index + 1]?.value ?? max, max);
    if (to <= from || color === "transparent") return;
    const [top, bottom] = [to, from].map((edge) => plot.valToPos(edge, scale, true));
    ctx.fillStyle = canvasColor(color);
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
  });
  ctx.restore();
}

/**
 * Returns the colours of the lines: one that ends what is below it has the colour of that.
 * @param {Threshold[]} thresholds
 */
export function lineColors(thresholds) {
  return thresholds.map(({ color }, index) =>
    color === "transparent" ? (thresholds[index - 1]?.color ?? color) : color,
  );
}

/**
 * @param {uPlot} plot
 * @param {Shown} shown
 */
export function drawThresholds(plot, { thresholds, mode, scale }) {
  if (mode === "area" || mode === "off") return;
  const { ctx, bbox, scales } = plot;
  const { min, max } = scales[scale];
  ctx.save();
  ctx.globalAlpha = OPACITY;
  const colors = lineColors(thresholds);
  thresholds.forEach(({ value }, index) => {
    if (value === null || value < min || value > max) return;
    const y = plot.valToPos(value, scale, true);
    const color = canvasColor(colors[index]);
    drawDashedLine(ctx, color, [bbox.left, y], [bbox.left + bbox.width, y]);
  });
  ctx.restore();
}
