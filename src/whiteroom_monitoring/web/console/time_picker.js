// Chooses the time range and how often the page refreshes. What a time such as now-6h means, the
// server says.
import { h, messageOf } from "../shared/dom.js";
import { getJson } from "../shared/http.js";
import { icon } from "../shared/icons.js";
import { formatTimeRange } from "../shared/time_format.js";
import { addShortcut } from "./keyboard.js";
import { queryParameter, requestParameters, updateQuery } from "./url.js";

const RANGES = [
  ["now-5m", "Last 5 minutes"],
  ["now-15m", "Last 15 minutes"],
  ["now-30m", "Last 30 minutes"],
  ["now-1h", "Last hour"],
  ["now-3h", "Last 3 hours"],
  ["now-6h", "Last 6 hours"],
  ["now-12h", "Last 12 hours"],
  ["now-24h", "Last 24 hours"],
  ["now-2d", "Last 2 days"],
  ["now-7d", "Last 7 days"],
];
/** @type {Record<string, number>} */
const REFRESH_S = { "": 0, "5s": 5, "10s": 10, "30s": 30, "1m": 60, "5m": 300 };

/** @typedef {{ from: string, to: string, refresh: string }} TimeSettings */
/** @typedef {{ from: number, to: number }} TimeRange in seconds since 1970 */

const HINT = "For example now-6h, now-1d/d, 2026-01-31";

/** @param {number} seconds */
const toMilliseconds = (seconds) => String(Math.round(seconds * 1000));

/**
 * Returns a time as the reader may write it: relative as it is, and a date in the local time zone.
 * @param {string} text of the address
 * @param {number | undefined} seconds what it means
 */
export function editableTime(text, seconds) {
  if (text.startsWith("now") || seconds === undefined) return text;
  const date = new Date(seconds * 1000);
  const local = new Date(date.getTime() - date.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16).replace("T", " ");
}

/**
 * Returns a time for the address: relative as it is, and a date so that it means the same to
 * everybody.
 * @param {string} text
 * @param {number} seconds what it means
 */
export function addressTime(text, seconds) {
  return text.startsWith("now") ? text : toMilliseconds(seconds);
}

export class TimePicker {
  /** @param {() => void} onRefresh */
  constructor(onRefresh) {
    this.onRefresh = onRefresh;
    /** @type {TimeSettings} */
    this.defaults = { from: "now-30m", to: "now", refresh: "" };
    /** @type {TimeRange | null} */
    this.range = null;
    this.timer = 0;
    this.summary = h("span", {});
    this.popup = h("div", { class: "popup" });
    this.menu = h(
      "details",
      { class: "menu", ontoggle: () => this.menu.open && this.fillMenu() },
      h("summary", { "aria-label": "Time range" }, icon("clock"), this.summary),
      this.popup,
    );
    this.interval = h(
      "select",
      { "aria-label": "Refresh every", onchange: () => this.changeInterval() },
      Object.keys(REFRESH_S).map((text) => h("option", { value: text }, text || "off")),
    );
    this.element = h(
      "div",
      { class: "time-controls" },
      this.menu,
      iconButton("zoomOut", "Zoom out", "z", () => this.zoomOut()),
      h(
        "span",
        { class: "button-group" },
        iconButton("refresh", "Refresh", "r", () => this.onRefresh()),
        this.interval,
      ),
    );
    addShortcut("r", "refresh", () => this.onRefresh());
    addShortcut("z", "zoom out", () => this.zoomOut());
    addShortcut("[", "back in time", () => this.shift(-0.5));
    addShortcut("]", "forward in time", () => this.shift(0.5));
    document.addEventListener("visibilitychange", () => this.restartTimer());
  }

  get from() {
    return queryParameter("from", this.defaults.from);
  }

  get to() {
    return queryParameter("to", this.defaults.to);
  }

  /**
   * Shows what the address says.
   * @param {TimeSettings} defaults the dashboard's own
   */
  update(defaults) {
    this.defaults = defaults;
    this.drawSummary();
    const interval = queryParameter("refresh", defaults.refresh);
    this.interval.value = interval in REFRESH_S ? interval : "";
    this.restartTimer();
  }

  /**
   * Shows the range that the server has answered for.
   * @param {TimeRange} range
   */
  showRange({ from, to }) {
    this.range = { from, to };
    this.drawSummary();
  }

  drawSummary() {
    const named = this.to === "now" && RANGES.find(([from]) => from === this.from);
    if (named) this.summary.textContent = named[1];
    else if (this.range) {
      this.summary.textContent = formatTimeRange(this.range.from, this.range.to);
    }
  }

  changeInterval() {
    updateQuery({ refresh: this.interval.value || "off" }, { replace: true });
  }

  restartTimer() {
    clearInterval(this.timer);
    const seconds = REFRESH_S[this.interval.value];
    if (seconds && !document.hidden) {
      this.timer = setInterval(() => this.onRefresh(), seconds * 1000);
    }
  }

  /**
   * @param {number} from
   * @param {number} to
   */
  zoom(from, to) {
    updateQuery({ from: toMilliseconds(from), to: toMilliseconds(to) });
  }

  zoomOut() {
    if (!this.range) return;
    const { from, to } = this.range;
    const half = (to - from) / 2;
    this.zoom(from - half, Math.min(to + half, Date.now() / 1000));
  }

  /** @param {number} share of the range's length */
  shift(share) {
    if (!this.range) return;
    const { from, to } = this.range;
    const by = (to - from) * share;
    this.zoom(from + by, to + by);
  }

  /**
   * @param {string} from
   * @param {string} to
   */
  choose(from, to) {
    this.menu.open = false;
    updateQuery({ from, to });
  }

  fillMenu() {
    const buttons = RANGES.map(([from, text]) => {
      const isChosen = this.from === from && this.to === "now";
      const choose = () => this.choose(from, "now");
      return h(
        "button",
        { type: "button", "aria-pressed": String(isChosen), onclick: choose },
        text,
      );
    });
    this.popup.replaceChildren(h("div", { class: "ranges" }, buttons), this.rangeForm());
  }

  rangeForm() {
    /**
     * @param {string} label
     * @param {string} value
     */
    const field = (label, value) =>
      h("input", { "aria-label": label, required: true, spellcheck: "false", title: HINT, value });
    const from = field("From", editableTime(this.from, this.range?.from));
    const to = field("To", editableTime(this.to, this.range?.to));
    const problem = h("p", { class: "problem", role: "alert" });
    /** @param {SubmitEvent} event */
    const submit = (event) => {
      event.preventDefault();
      this.chooseTexts(from.value.trim(), to.value.trim()).catch((error) => {
        problem.textContent = messageOf(error);
      });
    };
    return h(
      "form",
      { onsubmit: submit },
      h("label", {}, "From ", from),
      h("label", {}, "To ", to),
      h("p", { class: "muted" }, HINT),
      problem,
      h("button", { class: "primary" }, "Apply"),
    );
  }

  /**
   * Chooses what the reader has written. Throws what the server says against it.
   * @param {string} from
   * @param {string} to
   */
  async chooseTexts(from, to) {
    const parameters = new Map([...requestParameters(), ["from", from], ["to", to]]);
    const range = await getJson("/api/time", [...parameters]);
    this.choose(addressTime(from, range.from), addressTime(to, range.to));
  }
}

/**
 * @param {import("../shared/icons.js").IconName} name
 * @param {string} label
 * @param {string} key
 * @param {() => void} onclick
 */
function iconButton(name, label, key, onclick) {
  const title = `${label} (${key})`;
  return h(
    "button",
    { type: "button", class: "plain", "aria-label": label, title, onclick },
    icon(name),
  );
}
