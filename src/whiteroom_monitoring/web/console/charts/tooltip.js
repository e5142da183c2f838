// What is at the crosshair, beside it: by mouse, or by arrow keys.
import { tint } from "../colors.js";
import { h } from "../../shared/dom.js";
import { moment, written } from "../../shared/format.js";
import { shape } from "./symbols.js";

const MOST_ROWS = 14;

export class Tip {
  constructor(area, owner) {
    this.area = area;
    this.owner = owner;
    this.box = h("div", { class: "tip", hidden: true });
    area.append(this.box);
    area.addEventListener("mouseenter", () => (this.mine = true));
    area.addEventListener("mouseleave", () => this.leave());
    area.addEventListener("blur", () => this.leave());
    area.addEventListener("keydown", (event) => this.key(event));
  }

  attach(plot) {
    this.plot = plot;
    this.area.append(this.box);
  }

  leave() {
    this.mine = false;
    this.box.hidden = true;
    if (this.plot?.cursor.left >= 0) this.plot.setCursor({ left: -10, top: -10 });
  }

  key(event) {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!step || !this.plot) return;
    event.preventDefault();
    this.mine = true;
    const times = this.plot.data[0];
    const last = times.length - 1;
    const at = this.plot.cursor.idx ?? (step > 0 ? -1 : last + 1);
    const next = Math.max(0, Math.min(last, at + step * (event.shiftKey ? 10 : 1)));
    this.plot.setCursor({ left: this.plot.valToPos(times[next], "x"), top: 10 });
  }

  follow(plot) {
    const { idx, left, top } = plot.cursor;
    const shown = this.mine && left >= 0 && idx !== null && idx !== undefined;
    this.box.hidden = !shown;
    if (!shown) return;
    const time = plot.data[0][idx];
    this.box.replaceChildren(h("time", {}, moment(time)), ...this.owner.tipRows?.(idx, plot) ?? this.rows(idx), ...this.marks(time));
    this.place(plot, left, top);
  }

  rows(idx) {
    const { series, hidden, focused } = this.owner;
    const found = series
      .map((one, index) => ({ one, index, value: one.values[idx] }))
      .filter(({ one, value }) => value !== null && value !== undefined && !hidden.has(one.name))
      .sort((a, b) => b.value - a.value);
    const rows = found.slice(0, MOST_ROWS).map(({ one, index, value }) =>
      h("div", { class: index === focused ? "row focused" : "row" },
        shape(index, tint(one.colour)),
        h("span", { class: "name" }, one.name || "value"),
        h("b", {}, written(value, one.unit, one.decimals))),
    );
    const more = found.length - MOST_ROWS;
    return more > 0 ? [...rows, h("div", { class: "quiet" }, `and ${more} more`)] : rows;
  }

  marks(time) {
    const { marks = [], from, to } = this.owner;
    const near = (to - from) / 150;
    return marks
      .filter(({ start, end }) => time >= start - near && time <= end + near)
      .slice(0, 5)
      .map(({ title, text, kind }) => h("div", { class: "mark" }, `${kind}: ${title}${text ? `, ${text}` : ""}`));
  }

  place(plot, left, top) {
    const { offsetWidth: width, offsetHeight: height } = this.box;
    const over = plot.over;
    const x = over.offsetLeft + left;
    const right = x + 14 + width <= this.area.clientWidth || x < width + 14;
    this.box.style.left = `${Math.max(0, right ? x + 14 : x - width - 14)}px`;
    this.box.style.top = `${Math.max(-20, Math.min(over.offsetTop + top - height / 2, this.area.clientHeight - height))}px`;
  }
}
