// Bars over time, and stacked areas, drawn as rectangles. uPlot draws them, too, as one outline for
// each series; for a day of those, a browser without a graphics card takes seconds.

// A bar's share of the room between two times, and its largest width.
const BAR_SHARE = 0.85;
const WIDEST_BAR_PX = 48;

/**
 * @param {uPlot} plot
 * @param {number} at
 */
const xAt = (plot, at) => Math.round(plot.valToPos(plot.data[0][at], "x", true));
/**
 * @param {uPlot} plot
 * @param {number} value
 */
const yOf = (plot, value) => plot.valToPos(value, "y", true);

/**
 * Returns how high the base of a series is at each time: the next series that is shown, or the axis.
 * @param {uPlot} plot
 * @param {number} place
 * @param {boolean} isStacked
 * @returns {(at: number) => number}
 */
function baseOf(plot, place, isStacked) {
  const next = isStacked ? plot.series.findIndex(({ show }, index) => index > place && show) : -1;
  const bottom = Math.max(0, plot.scales.y.min);
  return (at) => plot.data[next]?.[at] ?? bottom;
}

/**
 * @param {uPlot} plot
 * @param {number} place
 * @param {string} color
 * @param {(context: CanvasRenderingContext2D) => void} draw
 */
function withinChart(plot, place, color, draw) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = plot.series[place].alpha;
  ctx.fillStyle = color;
  draw(ctx);
  ctx.restore();
}

/**
 * Returns the width of a bar, which leaves a gap between neighbours.
 * @param {uPlot} plot
 */
function barWidth(plot) {
  const room = plot.data[0].length > 1 ? xAt(plot, 1) - xAt(plot, 0) : plot.bbox.width;
  const widest = Math.min(WIDEST_BAR_PX * devicePixelRatio, room * BAR_SHARE);
  return Math.max(1, Math.round(widest - devicePixelRatio));
}

/**
 * @param {uPlot} plot
 * @param {number} place among uPlot's series
 * @param {string} color
 * @param {boolean} isStacked
 */
export function drawBars(plot, place, color, isStacked) {
  const width = barWidth(plot);
  const baseAt = baseOf(plot, place, isStacked);
  withinChart(plot, place, color, (context) => {
    plot.data[place].forEach((/** @type {number | null} */ value, /** @type {number} */ at) => {
      const base = baseAt(at);
      if (value === null || value === base) return;
      const [top, bottom] = [Math.round(yOf(plot, value)), Math.round(yOf(plot, base))];
      context.fillRect(xAt(plot, at) - Math.floor(width / 2), top, width, bottom - top);
    });
  });
}

/**
 * Draws a column for each pixel between two neighbours. Their line is drawn later, over their edge.
 * @param {uPlot} plot
 * @param {number} place among uPlot's series
 * @param {string} color
 * @param {boolean} isStacked
 */
export function drawArea(plot, place, color, isStacked) {
  const baseAt = baseOf(plot, place, isStacked);
  const values = plot.data[place];
  withinChart(plot, place, color, (context) => {
    for (let at = 1; at < values.length; at++) {
      if (values[at - 1] === null || values[at] === null) continue;
      const [x, end] = [xAt(plot, at - 1), xAt(plot, at)];
      const [top, bottom] = [yOf(plot, values[at - 1]), yOf(plot, baseAt(at - 1))];
      const [rise, fall] = [yOf(plot, values[at]) - top, yOf(plot, baseAt(at)) - bottom];
      for (let column = 0; column < end - x; column++) {
        const share = (column + 0.5) / (end - x);
        const y = top + rise * share;
        context.fillRect(x + column, y, 1, bottom + fall * share - y);
      }
    }
  });
}
