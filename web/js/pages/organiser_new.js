// Putting a concert on sale.

import { organiserCalls } from "../api/organiser_session.js";
import { poster } from "../art/poster.js";
import { button, checkFields, field, whileBusy } from "../components/controls.js";
import { messageBox, notice } from "../components/notice.js";
import { SeatPlan } from "../components/seat_plan.js";
import { settingsFields } from "../components/settings_fields.js";
import { timeField } from "../components/time_field.js";
import { h, show } from "../core/dom.js";
import { goTo, replaceBy } from "../core/router.js";
import { t } from "../i18n/index.js";

const DEFAULTS = {
  max_active: 100,
  admit_per_minute: 0,
  max_seats_per_user: 4,
  hold_seconds: 300,
  active_seconds: 600,
  claim_seconds: 60,
};
const FIRST_DATE_DAYS = 30;
const DAY_MS = 86_400_000;

export function page() {
  const calls = organiserCalls();
  if (!calls) {
    setTimeout(() => replaceBy("/organiser"));
    return { title: t("organiser.new"), element: h("div") };
  }
  const form = new ConcertForm(calls);
  return { title: t("organiser.new"), element: form.element, dispose: () => form.plan.dispose() };
}

class ConcertForm {
  constructor(calls) {
    this.calls = calls;
    const oninput = () => this.preview();
    this.texts = {
      title: field(t("concert.field_title"), { required: true, maxlength: 200, oninput }),
      artist: field(t("concert.field_artist"), { required: true, maxlength: 200, oninput }),
      venue: field(t("concert.field_venue"), { required: true, maxlength: 200 }),
      description: field(t("concert.field_description"), {
        element: "textarea",
        rows: 3,
        maxlength: 5000,
      }),
    };
    this.opens = timeField(t("concert.field_opens"), { hint: t("concert.field_opens_hint") });
    this.closes = timeField(t("concert.field_closes"), { hint: t("concert.field_closes_hint") });
    this.order = field(
      t("organiser.order"),
      { element: "select", name: "order", hint: t("organiser.order_hint") },
      h("option", { value: "fifo" }, t("organiser.order_fifo")),
      h("option", { value: "lottery" }, t("organiser.order_lottery")),
    );
    this.lead = field(t("organiser.draw_lead"), {
      name: "draw_lead_seconds",
      type: "number",
      min: 0,
      max: 3600,
      step: 1,
      value: 60,
      required: true,
    });
    this.settings = settingsFields(DEFAULTS);
    this.plan = new SeatPlan();
    this.dates = [];
    this.dateList = h("ul", { class: "date-fields plain-list" });
    this.posterBox = h("div", { class: "new-poster" });
    this.messages = messageBox();
    this.submit = h("button", { class: "button button-primary" }, t("organiser.create"));
    this.element = this.build();
    this.addDate();
    this.preview();
  }

  build() {
    const section = (title, ...children) =>
      h("fieldset", { class: "sheet" }, h("legend", {}, title), children);
    return h(
      "div",
      {},
      h("h1", {}, t("organiser.new")),
      h(
        "form",
        { class: "new-concert", novalidate: true, onsubmit: (event) => this.send(event) },
        h(
          "div",
          { class: "new-first" },
          section(
            t("organiser.what"),
            Object.values(this.texts).map(({ box }) => box),
          ),
          this.posterBox,
        ),
        section(
          t("concert.dates"),
          this.dateList,
          button(t("organiser.add_date"), { onclick: () => this.addDate() }),
        ),
        section(t("organiser.seats"), this.plan.element),
        section(
          t("organiser.sale"),
          h(
            "div",
            { class: "field-grid" },
            this.opens.box,
            this.closes.box,
            this.order.box,
            this.lead.box,
            this.settings.all.map(({ box }) => box),
          ),
        ),
        this.messages,
        this.submit,
      ),
    );
  }

  addDate() {
    const last = this.dates.at(-1)?.time;
    const next = last ? new Date(Date.parse(last) + DAY_MS) : firstEvening();
    const item = timeField(t("organiser.date", { n: this.dates.length + 1 }), {
      required: true,
      value: next,
    });
    const remove = button("×", {
      class: "remove",
      "aria-label": t("organiser.remove_date"),
      onclick: () => {
        if (this.dates.length === 1) return;
        this.dates = this.dates.filter((other) => other !== item);
        row.remove();
      },
    });
    const row = h("li", { class: "date-field" }, item.box, remove);
    this.dates.push(item);
    this.dateList.append(row);
  }

  preview() {
    const { title, artist } = this.texts;
    const shown = {
      title: title.value || t("concert.field_title"),
      artist: artist.value || t("concert.field_artist"),
    };
    show(this.posterBox, poster(shown, h("p", { class: "poster-title" }, shown.title)));
  }

  async send(event) {
    event.preventDefault();
    const fields = [
      ...Object.values(this.texts),
      ...this.dates,
      this.opens,
      this.closes,
      this.lead,
      ...this.settings.all,
    ];
    if (!checkFields(fields) || !this.plan.check()) return;
    await whileBusy(this.submit, async () => {
      try {
        const concert = await this.calls.create(this.concert());
        goTo(`/organiser/concerts/${concert.concert_id}`);
      } catch (problem) {
        show(this.messages, notice(problem, { retry: () => this.submit.click() }));
      }
    });
  }

  concert() {
    const seats = this.plan.ranges;
    const concert = {
      dates: this.dates.map(({ time }) => ({ starts_at: time, seats })),
      ...this.settings.changes(),
    };
    for (const [name, { value }] of Object.entries(this.texts))
      if (value.trim()) concert[name] = value.trim();
    if (this.order.value === "lottery") {
      concert.order = "lottery";
      concert.draw_lead_seconds = Number(this.lead.value);
    }
    if (this.opens.time) concert.sale_opens_at = this.opens.time;
    if (this.closes.time) concert.sale_closes_at = this.closes.time;
    return concert;
  }
}

function firstEvening() {
  const evening = new Date(Date.now() + FIRST_DATE_DAYS * DAY_MS);
  evening.setHours(19, 30, 0, 0);
  return evening;
}
