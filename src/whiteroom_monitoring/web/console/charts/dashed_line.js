// Dashed lines of one pixel, for what is no series.

const DASH_PX = 3;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} color
 * @param {[number, number]} from
 * @param {[number, number]} to
 */
export function drawDashedLine(context, color, from, to) {
  context.strokeStyle = color;
  context.lineWidth = devicePixelRatio;
  context.setLineDash([DASH_PX * devicePixelRatio, DASH_PX * devicePixelRatio]);
  context.beginPath();
  context.moveTo(...from);
  context.lineTo(...to);
  context.stroke();
}
