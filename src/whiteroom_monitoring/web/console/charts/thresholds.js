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
 * @param {uPlot} plot
 * @param {Shown} shown
 */
export function drawThresholds(plot, { thresholds, mode, scale }) {
  if (mode === "area" || mode === "off") return;
  const { ctx, bbox, scales } = plot;
  const { min, max } = scales[scale];
  ctx.save();
  ctx.globalAlpha = OPACITY;
  for (const { value, color } of thresholds) {
    if (value === null || value < min || value > max) continue;
    const y = plot.valToPos(value, scale, true);
    // A line that ends what is below the lowest threshold has that one's colour.
    const line = color === "transparent" ? "red" : color;
    drawDashedLine(ctx, canvasColor(line), [bbox.left, y], [bbox.left + bbox.width, y]);
  }
  ctx.restore();
}
