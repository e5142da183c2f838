// Annotations: where something was deployed or fired.
import { canvasColor } from "../colors.js";
import { drawDashedLine } from "./dashed_line.js";

/** @typedef {import("../types").Annotation} Annotation */

const STRIPE_PX = 3;
const OPACITY = 0.7;

/**
 * Draws for each annotation a line where it began, and a stripe as long as it lasted.
 * @param {uPlot} plot
 * @param {Annotation[]} annotations
 */
export function drawAnnotations(plot, annotations) {
  const { ctx, bbox } = plot;
  const thickness = STRIPE_PX * devicePixelRatio;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = OPACITY;
  for (const { start, end, colour } of annotations) {
    const color = canvasColor(colour);
    const [from, to] = [plot.valToPos(start, "x", true), plot.valToPos(end, "x", true)];
    ctx.fillStyle = color;
    ctx.fillRect(from, bbox.top, Math.max(to - from, thickness), thickness);
    drawDashedLine(ctx, color, [from, bbox.top], [from, bbox.top + bbox.height]);
  }
  ctx.restore();
}
