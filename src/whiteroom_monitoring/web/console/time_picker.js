// Which time is looked at, and how often it is looked at again.
import { h } from "../shared/dom.js";
import { clock, day } from "../shared/format.js";
import { onKey } from "./shell.js";
import { icon } from "../shared/icons.js";
import { go, parameter } from "./url.js";

const RANGES = [
  ["now-5m", "Last 5 minutes"], ["now-15m", "Last 15 minutes"], ["now-30m", "Last 30 minutes"],
  ["now-1h", "Last hour"], ["now-3h", "Last 3 hours"], ["now-6h", "Last 6 hours"],
  ["now-12h", "Last 12 hours"], ["now-24h", "Last 24 hours"], ["now-2d", "Last 2 days"],
  ["now-7d", "Last 7 days"],
];
const INTERVALS = ["", "5s", "10s", "30s", "1m", "5m"];
const UNITS_S = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

// Seconds since 1970 that a time of the address means.
export function seconds(text, now = Date.now() / 1000) {
  if (/^\d+$/.test(text)) return Number(text) / 1000;
  const found = /^now(?:-(\d+)([smhdw]))?/.exec(text);
  return found ? now - Number(found[1] ?? 0) * UNITS_S[found[2] ?? "s"] : now;
}

const padded = (seconds) => new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
const milliseconds = (seconds) => String(Math.round(seconds * 1000));

export class TimePicker {
  // `again` looks again.
  constructor(again) {
    this.again = again;
    this.summary = h("span", {});
    this.pop = h("div", { class: "pop time" });
    this.menu = h("details", { class: "menu", ontoggle: () => this.menu.open && this.fill() },
      h("summary", { "aria-label": "Time range" }, icon("clock"), this.summary), this.pop);
    this.interval = h("select", { "aria-label": "Refresh every", onchange: () => go({ refresh: this.interval.value || "off" }, { replace: true }) },
      INTERVALS.map((text) => h("option", { value: text }, text || "off")));
    this.element = h("div", { class: "times" },
      this.menu,
      h("button", { type: "button", class: "plain", "aria-label": "Zoom out", title: "Zoom out (z)", onclick: () => this.zoomOut() }, icon("zoomOut")),
      h("span", { class: "joined" },
        h("button", { type: "button", class: "plain", "aria-label": "Refresh", title: "Refresh (r)", onclick: () => this.again() }, icon("refresh")),
        this.interval));
    onKey("r", "refresh", () => this.again());
    onKey("z", "zoom out", () => this.zoomOut());
    onKey("[", "back in time", () => this.shift(-0.5));
    onKey("]", "forward in time", () => this.shift(0.5));
    document.addEventListener("visibilitychange", () => this.tick());
  }

  get from() {
    return parameter("from", this.defaults.from);
  }

  get to() {
    return parameter("to", this.defaults.to);
  }

  // `defaults` are the dashboard's own from, to and refresh.
  update(defaults) {
    this.defaults = defaults;
    const known = this.to === "now" && RANGES.find(([from]) => from === this.from);
    this.summary.textContent = known ? known[1] : this.words();
    const every = parameter("refresh", this.defaults.refresh);
    this.interval.value = INTERVALS.includes(every) ? every : "";
    this.tick();
  }

  words() {
    const [from, to] = [seconds(this.from), seconds(this.to)];
    const end = day(from) === day(to) ? clock(to, false) : `${day(to)} ${clock(to, false)}`;
    return `${day(from)} ${clock(from, false)} to ${end}`;
  }

  tick() {
    clearInterval(this.timer);
    const text = this.interval.value;
    if (text && !document.hidden) this.timer = setInterval(() => this.again(), seconds(`now-${text}`, 0) * -1000);
  }

  zoom(from, to) {
    go({ from: milliseconds(from), to: milliseconds(to) });
  }

  zoomOut() {
    const [from, to] = [seconds(this.from), seconds(this.to)];
    const half = (to - from) / 2;
    this.zoom(from - half, Math.min(to + half, Date.now() / 1000));
  }

  shift(share) {
    const [from, to] = [seconds(this.from), seconds(this.to)];
    const by = (to - from) * share;
    this.zoom(from + by, to + by);
  }

  fill() {
    const choose = (from, to) => { this.menu.open = false; go({ from, to }); };
    const field = (label, value) => h("input", { type: "datetime-local", "aria-label": label, value: padded(seconds(value)) });
    const [start, end] = [field("From", this.from), field("To", this.to)];
    const apply = (event) => {
      event.preventDefault();
      choose(String(new Date(start.value).getTime()), String(new Date(end.value).getTime()));
    };
    this.pop.replaceChildren(
      h("div", { class: "ranges" }, RANGES.map(([from, text]) =>
        h("button", { type: "button", "aria-pressed": String(this.from === from && this.to === "now"), onclick: () => choose(from, "now") }, text))),
      h("form", { onsubmit: apply }, h("label", {}, "From ", start), h("label", {}, "To ", end), h("button", { class: "primary" }, "Show")));
  }
}
