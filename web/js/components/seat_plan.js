// Which seats a date has: ranges that follow one another, with section, grade, price and label.

import { h, setText, show } from "../core/dom.js";
import { number } from "../core/format.js";
import { t } from "../i18n/index.js";
import { SeatMap } from "../seats/seat_map.js";
import { button, checkFields, field } from "./controls.js";
import { seatWords } from "./seat_words.js";

const SEATS_MAX = 100_000;
// The preview does not draw more than this while the organiser types.
const PREVIEW_MAX = 30_000;

const presets = {
  club: [["", "R", 50, 100_000, ""]],
  theatre: [
    ["Stalls", "R", 300, 120_000, "S-{n}"],
    ["Circle", "S", 220, 90_000, "C-{n}"],
    ["Balcony", "A", 160, 60_000, "B-{n}"],
  ],
  arena: [
    ["Floor", "VIP", 2_000, 198_000, "F-{n}"],
    ["Tier 1", "R", 5_000, 154_000, "1-{n}"],
    ["Tier 2", "S", 6_000, 132_000, "2-{n}"],
    ["Tier 3", "A", 7_000, 99_000, "3-{n}"],
  ],
};

export class SeatPlan {
  constructor() {
    this.rows = [];
    this.list = h("ol", { class: "plan-rows plain-list" });
    this.count = h("p", { class: "quiet" });
    this.map = new SeatMap({ describe: seatWords, label: t("plan.preview") });
    this.element = h(
      "div",
      { class: "plan" },
      h(
        "div",
        { class: "presets", role: "group", "aria-label": t("plan.presets") },
        Object.keys(presets).map((name) =>
          button(t(`plan.${name}`), {
            class: "chip",
            "data-preset": name,
            onclick: () => this.use(name),
          }),
        ),
      ),
      this.list,
      h(
        "div",
        { class: "plan-end" },
        button(t("plan.add"), { onclick: () => this.add(["", "R", 50, 100_000, ""]) }),
        this.count,
      ),
      h("div", { class: "plan-preview" }, this.map.element),
    );
    this.use("club");
  }

  use(name) {
    this.rows = [];
    show(this.list);
    for (const values of presets[name]) this.add(values);
  }

  add([section, grade, seats, price, label]) {
    const oninput = () => this.update();
    const row = {
      section: field(t("plan.section"), { value: section, maxlength: 64, oninput }),
      grade: field(t("plan.grade"), { value: grade, maxlength: 32, required: true, oninput }),
      seats: field(t("plan.seats"), {
        type: "number",
        min: 1,
        max: SEATS_MAX,
        value: seats,
        required: true,
        oninput,
      }),
      price: field(t("plan.price"), {
        type: "number",
        min: 0,
        max: 1_000_000_000,
        value: price,
        required: true,
        oninput,
      }),
      label: field(t("plan.label"), { value: label, maxlength: 32, placeholder: "A-{n}", oninput }),
    };
    const remove = button("×", {
      class: "remove",
      "aria-label": t("plan.remove"),
      onclick: () => {
        this.rows = this.rows.filter((other) => other !== row);
        item.remove();
        this.update();
      },
    });
    const item = h(
      "li",
      { class: "plan-row" },
      Object.values(row).map(({ box }) => box),
      remove,
    );
    this.rows.push(row);
    this.list.append(item);
    this.update();
  }

  get fields() {
    return this.rows.flatMap((row) => Object.values(row));
  }

  check() {
    return checkFields(this.fields);
  }

  // In the form of the API.
  get ranges() {
    let next = 1;
    return this.rows.map((row) => {
      const from = next;
      next += Number(row.seats.value) || 0;
      const range = {
        from,
        to: next - 1,
        grade: row.grade.value,
        price: Number(row.price.value) || 0,
      };
      if (row.section.value) range.section = row.section.value;
      if (row.label.value) range.label = row.label.value;
      return range;
    });
  }

  update() {
    const { ranges } = this;
    const total = ranges.at(-1)?.to ?? 0;
    setText(this.count, t("plan.total", { n: number(total) }));
    if (total <= PREVIEW_MAX) this.map.setSeats(ranges.flatMap(seatsOf));
  }

  dispose() {
    this.map.dispose();
  }
}

function seatsOf({ from, to, section = null, grade, price, label = "" }) {
  return Array.from({ length: to - from + 1 }, (_, i) => ({
    number: from + i,
    label: label ? label.replace("{n}", i + 1) : String(from + i),
    section,
    grade,
    price,
    status: "AVAILABLE",
  }));
}
