// Times and durations as people read them, in the browser's own time zone. Times are seconds since
// 1970.

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

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
  const end = `${first === last ? "" : `${last} `}${formatTimeOfDay(to, false)}`;
  return `${first} ${formatTimeOfDay(from, false)} to ${end}`;
}

/**
 * Returns the labels of a time axis whose marks are `distance` seconds apart.
 * @param {number[]} times
 * @param {number} distance
 */
export function timeLabels(times, distance) {
  return times.map((time, index) => {
    if (distance >= DAY_S) return formatDay(time);
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
