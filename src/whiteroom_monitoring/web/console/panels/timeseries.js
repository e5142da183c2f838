// Time series panels: lines, areas or bars, a legend, and a tooltip at the crosshair.
import { h } from "../../shared/dom.js";
import { axisLabels, formatValue, roundIncrements } from "../../shared/format.js";
import { drawAnnotations } from "../charts/annotations.js";
import { asAnnotations, drawExemplars } from "../charts/exemplars.js";
import { drawLegend } from "../charts/legend.js";
import {
  bandsBetween,
  fillSeries,
  isSparse,
  layoutOf,
  spanned,
  stackedValues,
  uplotSeries,
  valueScale,
} from "../charts/series.js";
import { drawSymbol } from "../charts/symbols.js";
import { drawThresholdAreas, drawThresholds, visibleThresholds } from "../charts/thresholds.js";
import { TimeChart, timeAxis, timestamps, valueAxis } from "../charts/time_chart.js";
import { canvasColor } from "../colors.js";

/** @typedef {import("../types").TimeSeriesData} TimeSeriesData */
/** @typedef {import("../types").Annotation} Annotation */

const MOST_END_SYMBOLS = 12;
const SYMBOL_PX = 3.4;
/** @type {import("../../shared/types").Unit} */
const NO_UNIT = { steps: [[0, 1, ""]] };
/** @type {import("../../shared/types").Unit} */
const PERCENT = { steps: [[0, 1, " %"]] };

/**
 * Returns the labels of a logarithmic axis, whose marks are far from each other.
 * @param {(number | null)[]} marks
 * @param {import("../../shared/types").Unit} unit
 */
function logLabels(marks, unit) {
  return marks.map((mark) => (mark === null ? "" : formatValue(mark, unit)));
}

/**
 * Returns what uPlot has to be built anew for, unlike new values.
 * @param {import("../types").Series[]} series
 * @param {import("../charts/series.js").Layout} layout
 */
export function shapeOf(series, layout) {
  const parts = series.map(({ name, colour, style, unit, min, max, values }) => [
    name,
    colour,
    style,
    unit,
    min,
    max,
    isSparse(values),
  ]);
  return JSON.stringify([layout, parts]);
}

export class TimeSeries extends TimeChart {
  /**
   * @param {HTMLElement} host
   * @param {(from: number, to: number) => void} onZoom
   */
  constructor(host, onZoom) {
    const legend = h("div", { class: "legend" });
    super(host, onZoom, legend);
    this.host = host;
    this.legend = legend;
    /** @type {Set<string>} names of series that the reader has hidden */
    this.hidden = new Set();
    /** @type {import("../charts/series.js").Layout} */
    this.layout = { stacks: [], scales: [], order: [] };
    /** @type {number | null} */
    this.focused = null;
    this.shape = "";
    /** @type {import("../charts/thresholds.js").Shown} */
    this.thresholds = { thresholds: [], mode: "off", scale: "y" };
  }

  /**
   * @param {TimeSeriesData} panel
   * @param {Annotation[]} annotations
   */
  show(panel, annotations) {
    this.panel = panel;
    this.annotations = annotations;
    this.setRange(panel);
    this.series = panel.series;
    this.layout = layoutOf(this.series);
    const [first] = this.series;
    this.events = asAnnotations(panel.exemplars ?? [], (value) =>
      formatValue(value, first?.unit ?? NO_UNIT),
    );
    const shape = shapeOf(this.series, this.layout);
    this.host.classList.toggle("legend-right", panel.options?.legend?.placement === "right");
    drawLegend(this);
    if (this.plot && shape === this.shape) this.plot.setData(this.data());
    else this.build();
    this.shape = shape;
  }

  get order() {
    return this.layout.order;
  }

  // The scale of each series.
  get scales() {
    return this.layout.scales;
  }

  data() {
    const values = stackedValues(this.series, this.hidden, this.layout.stacks);
    const times = timestamps(/** @type {TimeSeriesData} */ (this.panel).times);
    const { step } = /** @type {TimeSeriesData} */ (this.panel).times;
    return [
      times,
      ...this.order.map((index) =>
        spanned(values[index], this.series[index].style.spanNulls, step),
      ),
    ];
  }

  options() {
    const title = this.panel?.title ?? "Chart";
    this.setLabel(`${title}: ${this.series.length} series. The arrow keys move along the time.`);
    this.thresholds = visibleThresholds(this.series, this.scales);
    const names = [...new Set(["y", ...this.scales])];
    return this.chartOptions({
      series: [
        {},
        ...this.order.map((index) => uplotSeries(this.series, index, this.hidden, this.layout)),
      ],
      bands: bandsBetween(this.series, this.layout),
      scales: Object.fromEntries(names.map((name) => [name, this.scale(name)])),
      axes: [timeAxis(), ...names.map((name, index) => this.axis(name, index))],
      hooks: {
        drawAxes: [(plot) => this.drawBelow(plot)],
        draw: [(plot) => this.drawAbove(plot)],
        setCursor: [(plot) => this.tooltip.follow(plot)],
        setSeries: [(_plot, index) => this.focus(index)],
      },
    });
  }

  /** @param {string} name */
  seriesOn(name) {
    return this.series.filter((_, index) => this.scales[index] === name);
  }

  /** @param {string} name */
  isShare(name) {
    const { stacks } = this.layout;
    return stacks.some((stack, at) => stack.startsWith("percent") && this.scales[at] === name);
  }

  /** @param {string} name */
  scale(name) {
    return valueScale(this.seriesOn(name), this.isShare(name));
  }

  /**
   * @param {string} name
   * @param {number} index
   */
  axis(name, index) {
    const [first] = this.seriesOn(name);
    const unit = this.isShare(name) ? PERCENT : (first?.unit ?? NO_UNIT);
    const isLog = first?.style.scaleDistribution?.type === "log";
    const side = first?.style.axisPlacement;
    const isRight = side === "right" || (index > 0 && side !== "left");
    return valueAxis(
      (marks) =>
        isLog
          ? logLabels(marks, unit)
          : axisLabels(
              marks.map((m) => m ?? 0),
              unit,
            ),
      {
        scale: name,
        side: isRight ? 1 : 3,
        show: side !== "hidden",
        incrs: isLog ? undefined : roundIncrements(unit),
        label: first?.style.axisLabel || undefined,
        labelSize: 18,
        ...(index > 0 ? { grid: { show: false } } : {}),
      },
    );
  }

  /** @param {uPlot} plot */
  drawBelow(plot) {
    drawThresholdAreas(plot, this.thresholds);
    drawAnnotations(plot, this.annotations);
    fillSeries(plot, this.series, this.layout, this.hidden);
    // For the lines: uPlot's round joins take a processor twice as long.
    plot.ctx.lineJoin = "bevel";
  }

  /** @param {uPlot} plot */
  drawAbove(plot) {
    drawThresholds(plot, this.thresholds);
    drawExemplars(plot, this.panel?.exemplars ?? []);
    if (this.series.length > MOST_END_SYMBOLS) return;
    plot.ctx.save();
    this.order.forEach((index, place) => {
      const isLine = this.series[index].style.drawStyle !== "bars";
      if (isLine && plot.series[place + 1].show) this.drawEndSymbol(plot, index, place + 1);
    });
    plot.ctx.restore();
  }

  /**
   * Draws the symbol of a series at the end of its line.
   * @param {uPlot} plot
   * @param {number} index
   * @param {number} place among uPlot's series
   */
  drawEndSymbol(plot, index, place) {
    const values = plot.data[place];
    let last = values.length - 1;
    while (last >= 0 && (values[last] ?? null) === null) last--;
    if (last < 0) return;
    const x = plot.valToPos(plot.data[0][last], "x", true);
    const y = plot.valToPos(values[last], this.scales[index], true);
    plot.ctx.fillStyle = canvasColor(this.series[index].colour);
    drawSymbol(plot.ctx, index, x, y, SYMBOL_PX * devicePixelRatio);
  }

  /** @param {number | null} place among uPlot's series */
  focus(place) {
    this.focused = place === null ? null : this.order[place - 1];
  }

  /**
   * Shows a series alone, or all again; with `several`, hides or shows it.
   * @param {string} name
   * @param {boolean} several
   */
  choose(name, several) {
    const names = this.series.map((series) => series.name);
    if (!several) this.hidden = nextHidden(names, this.hidden, name);
    else if (!this.hidden.delete(name)) this.hidden.add(name);
    drawLegend(this);
    this.build();
  }

  /** @param {string | null} name */
  highlight(name) {
    const index = this.series.findIndex((series) => series.name === name);
    const place = index < 0 ? null : this.order.indexOf(index) + 1;
    this.plot?.setSeries(place, { focus: true });
  }
}

/**
 * Returns what is hidden after a click on a name: all others, or none where they were hidden before.
 * @param {string[]} names
 * @param {Set<string>} hidden
 * @param {string} name
 */
export function nextHidden(names, hidden, name) {
  const isAlone = names.every((other) => hidden.has(other) !== (other === name));
  return new Set(isAlone ? [] : names.filter((other) => other !== name));
}
