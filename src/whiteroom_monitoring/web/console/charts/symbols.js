// A symbol for each series, at the end of its line and in the legend: series differ by more than
// their colour.
import { svg } from "../../shared/dom.js";

// Corners within a square from -1 to 1; a circle has none.
/** @type {([number, number][] | null)[]} */
const CORNERS = [
  null,
  [
    [-0.85, -0.85],
    [0.85, -0.85],
    [0.85, 0.85],
    [-0.85, 0.85],
  ],
  [
    [0, -1.05],
    [1, 0.8],
    [-1, 0.8],
  ],
  [
    [0, -1.15],
    [1.15, 0],
    [0, 1.15],
    [-1.15, 0],
  ],
  [
    [-1, -0.8],
    [1, -0.8],
    [0, 1.05],
  ],
];

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} index of the series
 * @param {number} x
 * @param {number} y
 * @param {number} size
 */
export function drawSymbol(context, index, x, y, size) {
  const corners = CORNERS[index % CORNERS.length];
  context.beginPath();
  if (corners) for (const [dx, dy] of corners) context.lineTo(x + dx * size, y + dy * size);
  else context.arc(x, y, size, 0, 2 * Math.PI);
  context.closePath();
  context.fill();
}

/**
 * @param {number} index of the series
 * @param {string} fill
 */
export function symbol(index, fill) {
  const corners = CORNERS[index % CORNERS.length];
  const box = {
    viewBox: "-1.3 -1.3 2.6 2.6",
    class: "symbol",
    "aria-hidden": "true",
    style: { fill },
  };
  const form = corners ? svg("polygon", { points: corners.join(" ") }) : svg("circle", { r: 1 });
  return svg("svg", box, form);
}
