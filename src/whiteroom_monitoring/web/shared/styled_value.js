// Values of units that are no multiple of anything: moments, durations, numbers of another base.
import { formatDay, formatTimeOfDay } from "./time_format.js";

const DAY_S = 86_400;
const SPANS = [
  [31_536_000, "year"],
  [2_592_000, "month"],
  [DAY_S, "day"],
  [3600, "hour"],
  [60, "minute"],
  [1, "second"],
];

/**
 * @param {number} value
 * @param {number} [length]
 */
const digits = (value, length = 2) => String(value).padStart(length, "0");

/** @param {number} seconds */
function clockTime(seconds) {
  const whole = Math.floor(seconds);
  return [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60]
    .map((part) => digits(part))
    .join(":");
}

/** @param {number} seconds */
function daysAndTime(seconds) {
  return `${Math.floor(seconds / DAY_S)} d ${clockTime(seconds % DAY_S)}`;
}

/**
 * Returns a length as a clock shows it; with decimals, so many parts after the first.
 * @param {number} seconds
 * @param {number | null} [decimals]
 */
function clock(seconds, decimals) {
  const ms = Math.round(seconds * 1000);
  const parts = [
    `${digits(Math.floor(ms / 3_600_000))}h`,
    `${digits(Math.floor(ms / 60_000) % 60)}m`,
    `${digits(Math.floor(ms / 1000) % 60)}s`,
    `${digits(ms % 1000, 3)}ms`,
  ];
  const first = ms >= 3_600_000 ? 0 : ms >= 60_000 ? 1 : ms >= 1000 ? 2 : 3;
  return parts.slice(first, first + 1 + (decimals ?? parts.length)).join(":");
}

/** @param {number} seconds of which the past is negative */
function fromNow(seconds) {
  const size = Math.abs(seconds);
  const [length, name] = SPANS.find(([span]) => size >= Number(span)) ?? [1, "second"];
  const count = Math.round(size / Number(length));
  const text = `${count} ${name}${count === 1 ? "" : "s"}`;
  return seconds < 0 ? `${text} ago` : `in ${text}`;
}

/** @param {Date} date */
const isoDay = (date) =>
  `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
/** @param {Date} date */
const usDay = (date) =>
  `${digits(date.getMonth() + 1)}/${digits(date.getDate())}/${date.getFullYear()}`;

/** @param {Date} date */
function usTime(date) {
  const hour = date.getHours();
  const minutes = `${digits(date.getMinutes())}:${digits(date.getSeconds())}`;
  return `${hour % 12 || 12}:${minutes} ${hour < 12 ? "am" : "pm"}`;
}

/** @type {Record<string, (date: Date) => string>} */
const PARTS = {
  YYYY: (date) => String(date.getFullYear()),
  YY: (date) => digits(date.getFullYear() % 100),
  MM: (date) => digits(date.getMonth() + 1),
  DD: (date) => digits(date.getDate()),
  HH: (date) => digits(date.getHours()),
  hh: (date) => digits(date.getHours() % 12 || 12),
  mm: (date) => digits(date.getMinutes()),
  ss: (date) => digits(date.getSeconds()),
  SSS: (date) => digits(date.getMilliseconds(), 3),
  A: (date) => (date.getHours() < 12 ? "AM" : "PM"),
  a: (date) => (date.getHours() < 12 ? "am" : "pm"),
};

/**
 * @param {number} ms
 * @param {string} style
 */
function moment(ms, style) {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return "–";
  if (style.startsWith("time:")) {
    const format = style.slice(5).trim() || "YYYY-MM-DD HH:mm:ss";
    return format.replace(/YYYY|YY|MM|DD|HH|hh|mm|ss|SSS|A|a/g, (part) => PARTS[part](date));
  }
  if (style === "dateTimeFromNow") return fromNow((ms - Date.now()) / 1000);
  const isToday = style.endsWith("NoDateIfToday") && isoDay(date) === isoDay(new Date());
  const isUs = style.startsWith("dateTimeAsUS");
  const time = isUs ? usTime(date) : formatTimeOfDay(ms / 1000);
  if (isToday) return time;
  if (isUs) return `${usDay(date)} ${time}`;
  return style.startsWith("dateTimeAsIso") || style === "dateTimeAsSystem"
    ? `${isoDay(date)} ${time}`
    : `${formatDay(ms / 1000)} ${date.getFullYear()}, ${time}`;
}

/** @type {Record<string, (value: number, decimals?: number | null) => string>} */
const STYLES = {
  hms: clockTime,
  dhms: daysAndTime,
  clock,
  hex: (value) => Math.trunc(value).toString(16).toUpperCase(),
  hex0x: (value) => `0x${Math.trunc(value).toString(16).toUpperCase()}`,
  sci: (value, decimals) => value.toExponential(decimals ?? undefined),
  locale: (value, decimals) =>
    value.toLocaleString([], { maximumFractionDigits: decimals ?? undefined }),
};

/**
 * Returns a value as the style of its unit writes it: durations are seconds, moments milliseconds.
 * @param {number} value
 * @param {string} style
 * @param {number | null} [decimals]
 */
export function styledText(value, style, decimals) {
  const write = STYLES[style];
  if (!write) return moment(value, style);
  return value < 0 ? `−${write(-value, decimals)}` : write(value, decimals);
}
