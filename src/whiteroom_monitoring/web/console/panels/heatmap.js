// Heatmap panels: a histogram over time. Columns are times, rows are buckets, darker is more.
import { h } from "../../shared/dom.js";
import { formatValue } from "../../shared/format.js";
import { drawAnnotations } from "../charts/annotations.js";
import { TimeChart, timeAxis, timestamps, valueAxis } from "../charts/time_chart.js";
import { canvasColor } from "../colors.js";

/** @typedef {import("../types").Series} Series */
/** @typedef {import("../types").TimeSeriesData} TimeSeriesData */
/** @typedef {{ low: number, bound: number, counts: (number | null)[] }} Bucket */

const MOST_AXIS_LABELS = 7;
const LEAST_COUNT = 1e-9;

/**
 * Returns the buckets of a histogram, lowest first. A bucket of Prometheus counts all below it, too;
 * what is returned is what each holds alone.
 * @param {Series[]} series
 * @returns {Bucket[]}
 */
export function bucketsOf(series) {
  const sorted = series
    .map((one) => ({ bound: upperBound(one), values: one.values }))
    .sort((a, b) => a.bound - b.bound);
  return sorted.map(({ bound, values }, index) => {
    const below = sorted[index - 1];
    return {
      bound,
      low: below?.bound ?? 0,
      counts: values.map((value, at) =>
        value === null ? null : Math.max(0, value - (below?.values[at] ?? 0)),
      ),
    };
  });
}

const CALCULATED_BUCKETS = 20;

/**
 * Returns buckets that count how many series have a value within them at each time.
 * @param {Pick<Series, "values">[]} series
 * @returns {Bucket[]}
 */
export function countedBuckets(series) {
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of series.flatMap(({ values }) => values)) {
    if (value === null) continue;
    lowest = Math.min(lowest, value);
    highest = Math.max(highest, value);
  }
  if (lowest > highest) return [];
  const size = (highest - lowest || Math.abs(highest) || 1) / CALCULATED_BUCKETS;
  const length = series[0].values.length;
  const buckets = Array.from({ length: CALCULATED_BUCKETS }, (_, index) => ({
    low: lowest + index * size,
    bound: lowest + (index + 1) * size,
    counts: /** @type {(number | null)[]} */ (Array(length).fill(0)),
  }));
  for (const { values } of series) {
    values.forEach((value, at) => {
      if (value === null) return;
      const index = Math.min(Math.floor((value - lowest) / size), CALCULATED_BUCKETS - 1);
      buckets[index].counts[at] = (buckets[index].counts[at] ?? 0) + 1;
    });
  }
  return buckets;
}

/** @param {Series} series */
function upperBound({ labels, name }) {
  return Number(String(labels.le ?? name).replace("+Inf", "Infinity"));
}

/**
 * Leaves out buckets at both ends that never counted anything, but for one beside what is counted.
 * @param {Bucket[]} buckets
 */
export function withoutEmptyEnds(buckets) {
  const used = buckets.map(({ counts }) => counts.some((count) => count !== null && count > 0));
  const [first, last] = [used.indexOf(true), used.lastIndexOf(true)];
  if (first < 0) return buckets.slice(0, 1);
  return buckets.slice(Math.max(0, first - 1), Math.min(buckets.length, last + 2));
}

export class Heatmap extends TimeChart {
  /**
   * @param {HTMLElement} host
   * @param {(from: number, to: number) => void} onZoom
   */
  constructor(host, onZoom) {
    const scale = h("div", { class: "color-scale" });
    super(host, onZoom, scale);
    this.scale = scale;
    /** @type {Bucket[]} */
    this.buckets = [];
    this.highest = LEAST_COUNT;
  }

  /**
   * @param {TimeSeriesData} panel
   * @param {import("../types").Annotation[]} annotations
   */
  show(panel, annotations) {
    this.panel = panel;
    this.annotations = annotations;
    this.setRange(panel);
    const isCalculated = Boolean(panel.options?.calculate);
    const buckets = isCalculated ? countedBuckets(panel.series) : bucketsOf(panel.series);
    this.buckets = withoutEmptyEnds(buckets);
    this.unit = panel.series[0]?.unit;
    const counts = this.buckets.flatMap((bucket) => bucket.counts.map((count) => count ?? 0));
    this.highest = Math.max(LEAST_COUNT, ...counts);
    this.setLabel(`${panel.title}: a histogram over time with ${this.buckets.length} buckets`);
    this.drawScale();
    this.build();
  }

  /** @returns {uPlot.Data} */
  data() {
    const times = timestamps(/** @type {TimeSeriesData} */ (this.panel).times);
    return [times, times.map(() => 0)];
  }

  options() {
    const edges = this.buckets.length;
    return this.chartOptions({
      series: [{}, { paths: () => null, points: { show: false } }],
      scales: { y: { range: () => [0, edges] } },
      axes: [
        timeAxis(),
        valueAxis((marks) => marks.map((mark) => this.edgeText(mark)), {
          splits: () => this.labelledEdges(),
          grid: { show: false },
        }),
      ],
      hooks: {
        draw: [(plot) => this.drawCells(plot), (plot) => drawAnnotations(plot, this.annotations)],
        setCursor: [(plot) => this.tooltip.follow(plot)],
      },
    });
  }

  labelledEdges() {
    const every = Math.max(1, Math.ceil(this.buckets.length / MOST_AXIS_LABELS));
    return this.buckets.map((_, index) => index).filter((index) => index % every === 0);
  }

  /** @param {number} index */
  edgeText(index) {
    const bucket = this.buckets[index];
    return bucket ? this.boundText(bucket.low) : "";
  }

  /** @param {number} bound */
  boundText(bound) {
    if (bound === 0) return "0";
    return Number.isFinite(bound) && this.unit ? formatValue(bound, this.unit) : "∞";
  }

  /**
   * What is rare matters here: a low power makes it visible.
   * @param {number} count
   */
  opacity(count) {
    return 0.16 + 0.84 * (count / this.highest) ** 0.35;
  }

  /** @param {uPlot} plot */
  drawCells(plot) {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.fillStyle = canvasColor("--blue");
    this.buckets.forEach((bucket, index) => {
      this.drawRow(plot, bucket, index);
    });
    ctx.restore();
  }

  /**
   * @param {uPlot} plot
   * @param {Bucket} bucket
   * @param {number} index
   */
  drawRow(plot, { counts }, index) {
    const gap = devicePixelRatio / 2;
    const step = this.panel?.times.step ?? 0;
    const bottom = plot.valToPos(index, "y", true);
    const top = plot.valToPos(index + 1, "y", true);
    counts.forEach((count, at) => {
      if (!count) return;
      const right = plot.valToPos(plot.data[0][at], "x", true);
      const left = plot.valToPos(plot.data[0][at] - step, "x", true);
      plot.ctx.globalAlpha = this.opacity(count);
      plot.ctx.fillRect(left + gap, top + gap, right - left - 2 * gap, bottom - top - 2 * gap);
    });
  }

  drawScale() {
    const highest =
      this.highest < 10
        ? this.highest.toPrecision(2)
        : Math.round(this.highest).toLocaleString("en");
    this.scale.replaceChildren("0", h("span", { class: "gradient" }), highest);
  }

  /**
   * @override
   * @param {number} at
   * @param {uPlot} plot
   */
  tooltipRows(at, plot) {
    const bucket = this.buckets[Math.floor(plot.posToVal(plot.cursor.top, "y"))];
    if (!bucket) return [];
    const count = bucket.counts[at];
    const text = count === null ? "–" : count.toLocaleString("en", { maximumFractionDigits: 1 });
    const range = `${this.boundText(bucket.low)} to ${this.boundText(bucket.bound)}`;
    return [h("div", { class: "row" }, h("span", { class: "name" }, range), h("b", {}, text))];
  }
}
