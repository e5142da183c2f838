// Exemplars: single events behind the series of a chart, each a diamond at its time and value.
import { canvasColor } from "../colors.js";

/** @typedef {import("../types").Exemplar} Exemplar */
/** @typedef {import("../types").Annotation} Annotation */

const SIZE_PX = 4;
const SHOWN_DIGITS = 16;

/**
 * @param {uPlot} plot
 * @param {Exemplar[]} exemplars
 */
export function drawExemplars(plot, exemplars) {
  const { ctx, bbox } = plot;
  const size = SIZE_PX * devicePixelRatio;
  ctx.save();
  ctx.fillStyle = canvasColor("purple");
  for (const { time, value } of exemplars) {
    const x = plot.valToPos(time, "x", true);
    const y = Math.max(
      bbox.top + size,
      Math.min(plot.valToPos(value, "y", true), bbox.top + bbox.height),
    );
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.beginPath();
    ctx.moveTo(x, y - size);
    ctx.lineTo(x + size, y);
    ctx.lineTo(x, y + size);
    ctx.lineTo(x - size, y);
    ctx.fill();
  }
  ctx.restore();
}

/**
 * Returns exemplars as what is near the crosshair is told: like an annotation.
 * @param {Exemplar[]} exemplars
 * @param {(value: number) => string} format
 * @returns {Annotation[]}
 */
export function asAnnotations(exemplars, format) {
  return exemplars.map(({ time, value, ids }) => ({
    start: time,
    end: time,
    title: format(value),
    text: (Object.values(ids)[0] ?? "").slice(0, SHOWN_DIGITS),
    kind: "Exemplar",
    colour: "purple",
    logged: ids,
  }));
}
