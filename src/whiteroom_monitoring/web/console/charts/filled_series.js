// Bars over time, and areas on each other, drawn as rectangles. uPlot draws them, too, as one
// outline for each series; for a day of those, a browser without a graphics card takes seconds.

const SHARE = 0.85;
const WIDEST = 48;

const xAt = (plot, at) => Math.round(plot.valToPos(plot.data[0][at], "x", true));
const yOf = (plot, value) => plot.valToPos(value, "y", true);

// How high what a series stands on is at a place: the next series that is shown, or the axis.
function ground(plot, place, stacked) {
  const next = stacked ? plot.series.findIndex((one, index) => index > place && one.show) : -1;
  const bottom = Math.max(0, plot.scales.y.min);
  return (at) => plot.data[next]?.[at] ?? bottom;
}

function painting(plot, place, paint, draw) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.globalAlpha = plot.series[place].alpha;
  ctx.fillStyle = paint;
  draw(ctx);
  ctx.restore();
}

// There is a gap between neighbours.
function barWidth(plot) {
  const room = plot.data[0].length > 1 ? xAt(plot, 1) - xAt(plot, 0) : plot.bbox.width;
  return Math.max(1, Math.round(Math.min(WIDEST * devicePixelRatio, room * SHARE) - devicePixelRatio));
}

export function drawBars(plot, place, paint, stacked) {
  const width = barWidth(plot);
  const below = ground(plot, place, stacked);
  painting(plot, place, paint, (ctx) => {
    plot.data[place].forEach((value, at) => {
      if (value === null || value === below(at)) return;
      const [top, bottom] = [Math.round(yOf(plot, value)), Math.round(yOf(plot, below(at)))];
      ctx.fillRect(xAt(plot, at) - Math.floor(width / 2), top, width, bottom - top);
    });
  });
}

// A column for each pixel between two neighbours. Their line is drawn later, over their edge.
export function drawArea(plot, place, paint, stacked) {
  const below = ground(plot, place, stacked);
  const values = plot.data[place];
  painting(plot, place, paint, (ctx) => {
    for (let at = 1; at < values.length; at++) {
      if (values[at - 1] === null || values[at] === null) continue;
      const [x, end] = [xAt(plot, at - 1), xAt(plot, at)];
      const [top, bottom] = [yOf(plot, values[at - 1]), yOf(plot, below(at - 1))];
      const [rise, fall] = [yOf(plot, values[at]) - top, yOf(plot, below(at)) - bottom];
      for (let column = 0; column < end - x; column++) {
        const share = (column + 0.5) / (end - x);
        const y = top + rise * share;
        ctx.fillRect(x + column, y, 1, bottom + fall * share - y);
      }
    }
  });
}
