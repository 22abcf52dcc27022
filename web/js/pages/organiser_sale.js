// A sale while it runs: line, admissions, the seats of each date, the money, and the valves.

import { concerts } from "../api/calls.js";
import { organiserCalls } from "../api/organiser_session.js";
import { checkFields, field, loading, whileBusy } from "../components/controls.js";
import { lineChart, shareBar } from "../components/chart.js";
import { KeptList } from "../components/kept_list.js";
import { hint, keepProblem, messageBox, notice } from "../components/notice.js";
import { endText } from "../components/problem_text.js";
import { saleBadge } from "../components/sale_state.js";
import { seatWords } from "../components/seat_words.js";
import { settingsFields } from "../components/settings_fields.js";
import { setTitle } from "../core/announce.js";
import { clock } from "../core/clock.js";
import { dayAndTime, money, number } from "../core/format.js";
import { h, show } from "../core/dom.js";
import { repeatWhileSeen } from "../core/repeat.js";
import { replaceBy } from "../core/router.js";
import { t } from "../i18n/index.js";
import { Samples } from "../organiser/samples.js";
import { SeatMap } from "../seats/seat_map.js";

const STATS_MS = 2000;
const SEATS_MS = 4000;

export function page({ params }) {
  const calls = organiserCalls();
  if (!calls) {
    setTimeout(() => replaceBy("/organiser"));
    return { title: t("organiser.title"), element: h("div") };
  }
  const sale = new LiveSale(calls, Number(params.concert));
  sale.open();
  return { title: t("organiser.title"), element: sale.element, dispose: () => sale.dispose() };
}

class LiveSale {
  constructor(calls, concertId) {
    this.calls = calls;
    this.concertId = concertId;
    this.samples = new Samples(concertId);
    this.stops = [];
    this.element = h("div", {}, loading());
  }

  dispose() {
    this.gone = true;
    for (const stop of this.stops) stop();
    this.map?.dispose();
  }

  async open() {
    try {
      const { concert, dates } = await concerts.withDates(this.concertId);
      if (this.gone) return;
      this.concert = concert;
      this.dates = dates;
      this.dateId = this.dates[0]?.date_id ?? null;
      this.build();
      this.stops.push(
        repeatWhileSeen(STATS_MS, () => this.refresh()),
        repeatWhileSeen(SEATS_MS, () => this.refreshSeats()),
      );
    } catch (problem) {
      show(
        this.element,
        h("h1", {}, t("organiser.title")),
        notice(problem, { retry: () => this.open() }),
      );
    }
  }

  build() {
    setTitle(t("sale.page_title", { title: this.concert.title }));
    this.badge = h("span");
    this.messages = messageBox();
    this.mapMessages = messageBox();
    this.tiles = h("dl", { class: "tiles" });
    this.charts = h("div", { class: "charts" });
    const dateRows = h("ul", { class: "sale-dates plain-list" });
    this.dateRows = new KeptList(
      dateRows,
      (date) => date.date_id,
      (date) => this.dateRow(date),
    );
    this.ends = h("dl", { class: "ends" });
    this.map = new SeatMap({
      byStatus: true,
      describe: (seat) => seatWords(seat),
      label: t("sale.map"),
    });
    const sheet = (title, ...children) =>
      h("section", { class: "sheet" }, h("h2", {}, title), children);
    show(
      this.element,
      h(
        "div",
        { class: "page-head" },
        h(
          "div",
          {},
          h("h1", {}, this.concert.title),
          h("p", { class: "quiet" }, `${this.concert.artist} · ${this.concert.venue}`),
        ),
        this.badge,
      ),
      this.messages,
      this.tiles,
      this.charts,
      h(
        "div",
        { class: "sale-grid" },
        h(
          "div",
          { class: "sale-main" },
          sheet(
            t("concert.dates"),
            dateRows,
            this.mapMessages,
            h("div", { class: "sale-map" }, this.map.element),
          ),
          sheet(t("sale.ends"), this.ends),
        ),
        h(
          "div",
          { class: "sale-side" },
          sheet(t("sale.limits"), this.limitsForm()),
          sheet(t("sale.revoke"), this.revokeForm()),
        ),
      ),
    );
  }

  async refresh() {
    try {
      const [stats, concert] = await Promise.all([
        this.calls.stats(this.concertId),
        concerts.show(this.concertId),
      ]);
      this.concert = concert;
      this.samples.add(clock.now(), stats);
      this.showStats(stats);
      show(this.messages);
    } catch (problem) {
      keepProblem(this.messages, problem, { retry: () => this.refresh() });
    }
  }

  showStats(stats) {
    this.stats = stats;
    const { queue } = stats;
    show(this.badge, saleBadge(this.concert));
    const tile = (name, value) =>
      h(
        "div",
        { class: "tile", "data-tile": name },
        h("dt", {}, t(`sale.${name}`)),
        h("dd", {}, value),
      );
    show(
      this.tiles,
      tile("waiting", number(queue.waiting)),
      tile(
        "active",
        t("sale.active_of", {
          n: number(queue.active),
          max: number(this.concert.queue.max_active),
        }),
      ),
      tile("admitted", number(queue.admitted_total)),
      tile("revenue", money(stats.revenue)),
    );
    this.showCharts();
    this.dateRows.show(stats.dates);
    this.showEnds(queue.by_reason);
  }

  showCharts() {
    const chart = (name, values, format) =>
      lineChart({
        title: t(`sale.chart_${name}`),
        values,
        format,
        words: t("sale.chart_words", {
          title: t(`sale.chart_${name}`),
          now: (format ?? number)(values.at(-1) ?? 0),
        }),
      });
    const perSecond = (value) => value.toLocaleString(undefined, { maximumFractionDigits: 1 });
    show(
      this.charts,
      chart("waiting", this.samples.of("waiting")),
      chart("admissions", this.samples.admissionsPerSecond(), perSecond),
      chart("revenue", this.samples.of("revenue"), money),
    );
  }

  dateRow({ date_id: id }) {
    const date = this.dates.find((other) => other.date_id === id);
    const press = h("button", {
      type: "button",
      class: "sale-date",
      onclick: () => this.choose(id),
    });
    const update = ({ available, held, sold, revenue }) => {
      const parts = [
        ["sold", sold],
        ["held", held],
        ["available", available],
      ].map(([name, value]) => ({ name, value, words: t(`sale.${name}`, { n: number(value) }) }));
      press.setAttribute("aria-pressed", String(id === this.dateId));
      show(
        press,
        h("span", { class: "sale-date-when" }, date ? dayAndTime(date.starts_at) : `#${id}`),
        h("strong", {}, money(revenue)),
        shareBar(parts),
        h(
          "span",
          { class: "quiet sale-date-counts" },
          parts.map(({ name, words }) => h("span", { class: `count-${name}` }, words)),
        ),
      );
    };
    return { element: h("li", {}, press), update };
  }

  choose(dateId) {
    this.dateId = dateId;
    this.etag = null;
    this.dateRows.show(this.stats.dates);
    this.refreshSeats();
  }

  async refreshSeats() {
    if (this.dateId === null) return;
    const { dateId } = this;
    try {
      const { data, etag } = await this.calls.seats(this.concertId, dateId, this.etag);
      if (dateId !== this.dateId) return;
      this.etag = etag;
      if (data) this.map.setSeats(data.seats);
      show(this.mapMessages);
    } catch (problem) {
      keepProblem(this.mapMessages, problem, { retry: () => this.refreshSeats() });
    }
  }

  showEnds(byReason) {
    const entries = Object.entries(byReason).sort(([, a], [, b]) => b - a);
    show(
      this.ends,
      entries.length === 0
        ? h("p", { class: "quiet" }, t("sale.no_ends"))
        : entries.map(([reason, count]) =>
            h(
              "div",
              { title: endText(reason) },
              h("dt", {}, t(`reason.${reason}`)),
              h("dd", {}, number(count)),
            ),
          ),
    );
  }

  limitsForm() {
    const settings = settingsFields({ ...this.concert.queue, ...this.concert });
    const messages = messageBox();
    const submit = h("button", { class: "button button-primary" }, t("sale.apply"));
    const send = async (event) => {
      event.preventDefault();
      if (!checkFields(settings.all)) return;
      await whileBusy(submit, async () => {
        try {
          await this.calls.change(this.concertId, settings.changes());
          settings.applied();
          show(messages, hint(t("sale.applied")));
          await this.refresh();
        } catch (problem) {
          show(messages, notice(problem));
        }
      });
    };
    return h(
      "form",
      { class: "form limits", novalidate: true, onsubmit: send },
      h(
        "div",
        { class: "field-grid" },
        settings.all.map(({ box }) => box),
      ),
      messages,
      submit,
    );
  }

  revokeForm() {
    const token = field(t("sale.revoke_token"), {
      required: true,
      pattern: "[0-9a-fA-F\\-]{36}",
      hint: t("sale.revoke_hint"),
      autocomplete: "off",
    });
    const messages = messageBox();
    const submit = h("button", { class: "button button-danger" }, t("sale.revoke"));
    const send = async (event) => {
      event.preventDefault();
      if (!checkFields([token])) return;
      await whileBusy(submit, async () => {
        try {
          await this.calls.revoke(token.value.trim());
          show(messages, hint(t("sale.revoked")));
          token.input.value = "";
        } catch (problem) {
          show(messages, notice(problem));
        }
      });
    };
    return h(
      "form",
      { class: "form", novalidate: true, onsubmit: send },
      token.box,
      messages,
      submit,
    );
  }
}
