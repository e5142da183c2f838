// New lines as they come. What comes faster than it is shown, or while it is paused, waits within a
// bound; what is beyond it is counted.

/** @typedef {import("../types").LogEntry} LogEntry */
/**
 * @typedef {object} TailState
 * @property {boolean} paused
 * @property {number} waiting lines that will be shown
 * @property {number} dropped lines that never will
 * @property {number} rate lines a second
 * @property {string} problem
 */

export const MOST_LINES = 1000;
const RATE_WINDOW_S = 5;
const TICK_MS = 1000;
const FIRST_MS = 10 * 60_000;

/**
 * Adds lines to those that wait, and returns how many of the oldest have no room.
 * @param {LogEntry[]} waiting
 * @param {LogEntry[]} lines
 * @param {number} most
 */
export function enqueue(waiting, lines, most) {
  waiting.push(...lines);
  const surplus = Math.max(0, waiting.length - most);
  waiting.splice(0, surplus);
  return surplus;
}

export class LiveTail {
  /**
   * @param {(lines: LogEntry[]) => void} onLines the oldest first
   * @param {(state: TailState) => void} onState
   */
  constructor(onLines, onState) {
    this.onLines = onLines;
    this.onState = onState;
    /** @type {EventSource | null} */
    this.source = null;
    /** @type {LogEntry[]} */
    this.waiting = [];
    /** @type {number[]} how many came within each of the last seconds */
    this.counts = [];
    this.arrived = 0;
    this.dropped = 0;
    this.problem = "";
    this.paused = false;
    this.isFresh = false;
    this.frame = 0;
    this.timer = 0;
  }

  get isRunning() {
    return this.source !== null;
  }

  /** @param {string} expr */
  start(expr) {
    this.stop();
    Object.assign(this, { dropped: 0, arrived: 0, counts: [], problem: "" });
    this.paused = false;
    this.isFresh = false;
    const start = `${Date.now() - FIRST_MS}000000`;
    this.source = new EventSource(`/api/logs/tail?${new URLSearchParams({ expr, start })}`);
    this.source.addEventListener("message", ({ data }) => this.receive(JSON.parse(data)));
    this.source.addEventListener("problem", (event) =>
      this.fail(JSON.parse(/** @type {MessageEvent} */ (event).data)),
    );
    this.source.addEventListener("error", () => this.lose());
    this.timer = setInterval(() => this.tick(), TICK_MS);
    this.tell();
  }

  stop() {
    this.source?.close();
    this.source = null;
    clearInterval(this.timer);
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.waiting = [];
  }

  /** @param {{ lines: LogEntry[], dropped: number }} message */
  receive({ lines, dropped }) {
    this.problem = "";
    // What comes first has been there before.
    if (this.isFresh) this.arrived += lines.length;
    this.isFresh = true;
    this.dropped += dropped + enqueue(this.waiting, lines, MOST_LINES);
    if (this.paused) this.tell();
    else this.frame ||= requestAnimationFrame(() => this.flush());
  }

  /** @param {{ problem: string, final: boolean }} problem */
  fail({ problem, final }) {
    this.problem = problem;
    if (final) this.stop();
    this.tell();
  }

  // The browser asks again by itself, but where the answer was a refusal.
  lose() {
    this.problem ||= "The server can't be reached.";
    if (this.source?.readyState === EventSource.CLOSED) this.stop();
    this.tell();
  }

  flush() {
    this.frame = 0;
    const lines = this.waiting;
    this.waiting = [];
    if (lines.length) this.onLines(lines);
    this.tell();
  }

  togglePause() {
    this.paused = !this.paused;
    if (this.paused) this.tell();
    else this.flush();
  }

  clear() {
    this.waiting = [];
    this.dropped = 0;
    this.tell();
  }

  tick() {
    this.counts = [...this.counts, this.arrived].slice(-RATE_WINDOW_S);
    this.arrived = 0;
    this.tell();
  }

  tell() {
    const sum = this.counts.reduce((total, count) => total + count, 0);
    this.onState({
      paused: this.paused,
      waiting: this.paused ? this.waiting.length : 0,
      dropped: this.dropped,
      rate: sum / Math.max(1, this.counts.length),
      problem: this.problem,
    });
  }
}
