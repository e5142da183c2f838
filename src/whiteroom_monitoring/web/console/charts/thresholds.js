// Thresholds of a time series, as lines.
import { canvasColor } from "../colors.js";
import { drawDashedLine } from "./dashed_line.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {import("../types").Threshold} Threshold */

const OPACITY = 0.8;

/**
 * Returns the thresholds that a panel shows: those of the first series that shows any.
 * @param {Pick<Series, "style" | "thresholds">[]} series
 */
export function visibleThresholds(series) {
  const shown = series.find(({ style }) => (style.thresholdsStyle?.mode ?? "off") !== "off");
  return shown?.thresholds ?? [];
}

/**
 * @param {uPlot} plot
 * @param {Threshold[]} thresholds
 */
export function drawThresholds(plot, thresholds) {
  const { ctx, bbox, scales } = plot;
  ctx.save();
  ctx.globalAlpha = OPACITY;
  for (const { value, color } of thresholds) {
    if (value === null || value < scales.y.min || value > scales.y.max) continue;
    const y = plot.valToPos(value, "y", true);
    drawDashedLine(ctx, canvasColor(color), [bbox.left, y], [bbox.left + bbox.width, y]);
  }
  ctx.restore();
}
