// The free seats as a list, for whom a map is no help.

import { money } from "../core/format.js";
import { h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { button } from "./controls.js";
import { gradeMark } from "./grade_legend.js";
import { seatName } from "./seat_words.js";

const PAGE = 60;

export class SeatList {
  constructor({ onPick, isPicked }) {
    this.onPick = onPick;
    this.isPicked = isPicked;
    this.shown = PAGE;
    this.grade = "";
    this.rows = new Map();
    this.choice = h("select", {
      "aria-label": t("seats.grade"),
      onchange: () => this.choose(this.choice.value),
    });
    this.list = h("ul", { class: "seat-list plain-list" });
    this.end = h("div", { class: "list-end" });
    this.element = h("div", { class: "seat-list-box" }, this.choice, this.list, this.end);
  }

  setSeats(seats, grades) {
    this.seats = seats;
    this.grades = grades;
    this.setGrades();
    this.update();
  }

  setGrades() {
    const names = [...this.grades.keys()].join("\n");
    if (names === this.gradeNames) return;
    this.gradeNames = names;
    show(
      this.choice,
      h("option", { value: "" }, t("seats.any_grade")),
      [...this.grades.keys()].map((name) => h("option", { value: name }, name)),
    );
  }

  choose(grade) {
    this.grade = grade;
    this.shown = PAGE;
    this.update();
  }

  update() {
    const free = this.seats.filter(
      (seat) =>
        (seat.status === "AVAILABLE" || this.isPicked(seat.number)) &&
        (!this.grade || seat.grade === this.grade),
    );
    const rows = free.slice(0, this.shown).map((seat) => this.row(seat));
    this.place(rows);
    show(
      this.end,
      free.length === 0 ? h("p", { class: "quiet" }, t("seats.none_free")) : null,
      free.length > this.shown
        ? button(t("action.more"), {
            onclick: () => {
              this.shown += PAGE;
              this.update();
            },
          })
        : null,
    );
  }

  // Leaves rows that stay where they are, so that the keyboard does not lose its place.
  place(rows) {
    const wanted = new Set(rows);
    for (const child of [...this.list.children]) if (!wanted.has(child)) child.remove();
    rows.forEach((row, i) => {
      if (this.list.children[i] !== row) this.list.insertBefore(row, this.list.children[i] ?? null);
    });
  }

  row(seat) {
    let row = this.rows.get(seat.number);
    if (!row) {
      const grade = this.grades.get(seat.grade);
      row = h(
        "li",
        {},
        h(
          "button",
          {
            type: "button",
            class: "seat-row",
            "data-seat": seat.number,
            onclick: () => this.onPick(seat),
          },
          gradeMark(grade),
          h("span", {}, seatName(seat)),
          h("span", { class: "quiet" }, seat.grade),
          h("span", {}, money(seat.price)),
        ),
      );
      this.rows.set(seat.number, row);
    }
    row.firstChild.setAttribute("aria-pressed", String(this.isPicked(seat.number)));
    return row;
  }
}
