// Times and durations as people read them, in the browser's own time zone. Times are seconds since
// 1970.

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;
// Shorter ranges are told to the millisecond, and those that are not long to the second.
const SHORT_S = 2;
const LONG_S = 300;

/** @param {number} value */
const twoDigits = (value) => String(value).padStart(2, "0");

/**
 * @param {number} time
 * @param {boolean} [withSeconds]
 */
export function formatTimeOfDay(time, withSeconds = true) {
  const date = new Date(time * 1000);
  const text = `${twoDigits(date.getHours())}:${twoDigits(date.getMinutes())}`;
  return withSeconds ? `${text}:${twoDigits(date.getSeconds())}` : text;
}

// Made once: a browser takes long to make one.
const dayFormat = new Intl.DateTimeFormat([], { month: "short", day: "numeric" });

/** @param {number} time */
export function formatDay(time) {
  return dayFormat.format(time * 1000);
}

/** @param {number} time */
export function formatDateTime(time) {
  return `${formatDay(time)}, ${formatTimeOfDay(time)}`;
}

/**
 * Returns a range of times, with the day once where both ends have the same.
 * @param {number} from
 * @param {number} to
 */
export function formatTimeRange(from, to) {
  const [first, last] = [formatDay(from), formatDay(to)];
  const length = to - from;
  const format = (/** @type {number} */ time) =>
    length < SHORT_S
      ? `${formatTimeOfDay(time, false)}:${formatSeconds(time)}`
      : formatTimeOfDay(time, length < LONG_S);
  return `${first} ${format(from)} to ${first === last ? "" : `${last} `}${format(to)}`;
}

/**
 * Returns the seconds of a time, to the millisecond.
 * @param {number} time
 */
export function formatSeconds(time) {
  return ((Math.round(time * 1000) / 1000) % MINUTE_S).toFixed(3).padStart(6, "0");
}

/**
 * Returns the labels of a time axis whose marks are `distance` seconds apart.
 * @param {number[]} times
 * @param {number} distance
 */
export function timeLabels(times, distance) {
  return times.map((time, index) => {
    if (distance >= DAY_S) return formatDay(time);
    if (distance < 1) return formatSeconds(time);
    const isMidnight = new Date(time * 1000).getHours() === 0 && distance >= HOUR_S;
    return isMidnight && index ? formatDay(time) : formatTimeOfDay(time, distance < MINUTE_S);
  });
}

/** @param {number} seconds */
export function formatDuration(seconds) {
  if (seconds < MINUTE_S) return `${Math.round(seconds)} s`;
  if (seconds < HOUR_S) return `${Math.floor(seconds / MINUTE_S)} min`;
  if (seconds < DAY_S) {
    return `${Math.floor(seconds / HOUR_S)} h ${Math.floor((seconds % HOUR_S) / MINUTE_S)} min`;
  }
  return `${Math.floor(seconds / DAY_S)} d ${Math.floor((seconds % DAY_S) / HOUR_S)} h`;
}
