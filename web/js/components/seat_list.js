// The free seats as a list, for fans who cannot use the map.

import { money } from "../core/format.js";
import { h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { button } from "./controls.js";
import { gradeMark } from "./grade_legend.js";
import { KeptList } from "./kept_list.js";
import { seatName } from "./seat_words.js";

const PAGE = 60;

export class SeatList {
  constructor({ onPick, isPicked }) {
    this.onPick = onPick;
    this.isPicked = isPicked;
    this.shown = PAGE;
    this.grade = "";
    this.choice = h("select", {
      "aria-label": t("seats.grade"),
      onchange: () => this.choose(this.choice.value),
    });
    this.list = h("ul", { class: "seat-list plain-list" });
    this.rows = new KeptList(
      this.list,
      (seat) => seat.number,
      (seat) => this.row(seat),
    );
    this.none = h("p", { class: "quiet", hidden: true }, t("seats.none_free"));
    this.more = button(t("action.more"), { hidden: true, onclick: () => this.showMore() });
    this.element = h(
      "div",
      { class: "seat-list-box" },
      this.choice,
      this.list,
      h("div", { class: "list-end" }, this.none, this.more),
    );
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
    this.rows.show(free.slice(0, this.shown));
    this.none.hidden = free.length > 0;
    this.more.hidden = free.length <= this.shown;
  }

  showMore() {
    const first = this.shown;
    this.shown += PAGE;
    this.update();
    this.list.children[first]?.firstChild.focus();
  }

  row(made) {
    let seat = made;
    const press = h(
      "button",
      {
        type: "button",
        class: "seat-row",
        "data-seat": seat.number,
        onclick: () => this.onPick(seat),
      },
      gradeMark(this.grades.get(seat.grade)),
      h("span", {}, seatName(seat)),
      h("span", { class: "quiet" }, seat.grade),
      h("span", {}, money(seat.price)),
    );
    const update = (now) => {
      seat = now;
      press.setAttribute("aria-pressed", String(this.isPicked(seat.number)));
    };
    return { element: h("li", {}, press), update };
  }
}
