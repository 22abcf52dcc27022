// Choosing seats: the map of one evening, what is picked, and the hold.

import { concerts, reservations } from "../api/calls.js";
import { carryOut, intentFor } from "../api/intents.js";
import { currentUser } from "../api/session.js";
import { button, linkButton, loading, whileBusy } from "../components/controls.js";
import { countdown, sayTimeLeft } from "../components/countdown.js";
import { dateTabs } from "../components/date_tabs.js";
import { gradeLegend, gradeMark, statusLegend } from "../components/grade_legend.js";
import { KeptList } from "../components/kept_list.js";
import { hint, messageBox, notice, warning } from "../components/notice.js";
import { SeatList } from "../components/seat_list.js";
import { seatName, seatWords } from "../components/seat_words.js";
import { signInFirst } from "../components/sign_in_first.js";
import { say, setTitle } from "../core/announce.js";
import { day, money } from "../core/format.js";
import { h, setText, show } from "../core/dom.js";
import { repeatWhileSeen } from "../core/repeat.js";
import { goTo, replaceBy } from "../core/router.js";
import { ofTab } from "../core/storage.js";
import { t } from "../i18n/index.js";
import { noteReservation } from "../line/hold.js";
import { lookNow, onPlaceChange, placeIn } from "../line/line.js";
import { Picks } from "../seats/picks.js";
import { SeatMap } from "../seats/seat_map.js";

const REFRESH_MS = 2000;
// A listing of a large hall is hundreds of KiB.
const REFRESH_LARGE_MS = 5000;
const LARGE_HALL = 5000;

export function page({ params, path }) {
  if (!currentUser()) return signInFirst(path);
  const concertId = Number(params.concert);
  if (placeIn(concertId)?.state?.status !== "ACTIVE") {
    // The waiting room knows whether to join, to wait or to say what has ended.
    setTimeout(() => replaceBy(`/concerts/${concertId}/line`));
    return { title: t("seats.title"), element: loading() };
  }
  const choice = new SeatChoice(concertId, params.date ? Number(params.date) : null);
  choice.open();
  return { title: t("seats.title"), element: choice.element, dispose: () => choice.dispose() };
}

class SeatChoice {
  constructor(concertId, dateId) {
    this.concertId = concertId;
    this.dateId = dateId;
    this.seats = [];
    this.etag = null;
    this.messages = messageBox();
    // The code of the listing's problem while the page shows one.
    this.failing = null;
    this.element = h("div", {}, loading(t("seats.loading")));
    this.stops = [
      onPlaceChange((place) => place?.concertId === concertId && this.followPlace(place)),
    ];
  }

  dispose() {
    this.gone = true;
    for (const stop of this.stops) stop();
    this.clock?.stop();
    this.map?.dispose();
  }

  async open() {
    try {
      const { concert, dates } = await concerts.withDates(this.concertId);
      if (this.gone) return;
      this.concert = concert;
      const date = chooseDate(dates, this.dateId);
      if (!date) {
        show(
          this.element,
          h("h1", {}, concert.title),
          hint(t("seats.no_date"), linkButton(t("way.to_concerts"), "/")),
        );
        return;
      }
      this.dateId = date.date_id;
      this.build(dates, date);
      this.stops.push(
        repeatWhileSeen(date.seats_total > LARGE_HALL ? REFRESH_LARGE_MS : REFRESH_MS, () =>
          this.refresh(),
        ),
      );
    } catch (problem) {
      show(
        this.element,
        h("h1", {}, t("seats.title")),
        notice(problem, { concertId: this.concertId, retry: () => this.open() }),
      );
    }
  }

  build(dates, date) {
    setTitle(t("seats.page_title", { title: this.concert.title }));
    this.picks = new Picks(this.dateId, this.concert.max_seats_per_user);
    const isPicked = (number) => this.picks.has(number);
    const onPick = (seat) => this.toggle(seat);
    this.map = new SeatMap({
      onPick,
      isPicked,
      describe: (seat) => seatWords(seat, isPicked(seat.number)),
      label: t("seats.map_label", { date: day(date.starts_at) }),
    });
    this.list = new SeatList({ onPick, isPicked });
    this.legend = h("div", { class: "legend-box" });
    this.summary = h("section", { class: "summary", "aria-label": t("seats.summary") });
    this.timeLeft = h("p", { class: "time-left" });
    this.field = h("div", { class: "seat-field" });
    show(
      this.element,
      h(
        "div",
        { class: "seats-page" },
        h("div", { class: "seats-head" }, h("h1", {}, this.concert.title), this.timeLeft),
        dateTabs(this.concertId, dates, this.dateId),
        h(
          "div",
          { class: "seats-main" },
          h("div", { class: "seats-left" }, this.viewSwitch(), this.field),
          h(
            "aside",
            { class: "seats-side" },
            this.messages,
            this.legend,
            this.bestForm(),
            this.summary,
          ),
        ),
      ),
    );
    this.showView(ofTab.read("seat-view") ?? "map");
    this.followPlace(placeIn(this.concertId));
    this.showSummary();
  }

  viewSwitch() {
    this.viewButtons = ["map", "list"].map((view) =>
      h(
        "button",
        { type: "button", class: "segment", "data-view": view, onclick: () => this.showView(view) },
        t(`seats.as_${view}`),
      ),
    );
    return h(
      "div",
      { class: "segments", role: "group", "aria-label": t("seats.view") },
      this.viewButtons,
    );
  }

  showView(view) {
    ofTab.write("seat-view", view);
    for (const item of this.viewButtons)
      item.setAttribute("aria-pressed", String(item.dataset.view === view));
    show(this.field, view === "map" ? this.map.element : this.list.element);
  }

  followPlace(place) {
    // Another tab may have dropped the place after its end.
    const { status, expires_at: expiresAt } = place?.state ?? {};
    if (status !== "ACTIVE") {
      replaceBy(`/concerts/${this.concertId}/line`);
      return;
    }
    if (!this.timeLeft || this.clockUntil === expiresAt) return;
    this.clock?.stop();
    this.clockUntil = expiresAt;
    this.clock = expiresAt
      ? countdown(expiresAt, { onUrgent: sayTimeLeft, onEnd: () => lookNow(this.concertId) })
      : null;
    show(this.timeLeft, t("seats.time_left"), " ", this.clock?.element);
  }

  async refresh() {
    const place = placeIn(this.concertId);
    if (!place) return;
    try {
      const { data, etag } = await concerts.seats(
        this.concertId,
        this.dateId,
        place.token,
        this.etag,
      );
      if (this.gone) return;
      this.etag = etag;
      if (data) this.setSeats(data.seats);
      if (this.failing) this.tell(null);
    } catch (problem) {
      if (["queue_token_expired", "not_admitted"].includes(problem.code)) {
        await lookNow(this.concertId);
      } else if (this.failing !== problem.code) {
        this.tell(notice(problem, { concertId: this.concertId, retry: () => this.refresh() }));
        this.failing = problem.code;
      }
    }
  }

  setSeats(seats) {
    this.seats = seats;
    this.byNumber = new Map(seats.map((seat) => [seat.number, seat]));
    this.map.setSeats(seats);
    this.list.setSeats(seats, this.map.grades);
    show(this.legend, gradeLegend(this.map.grades), statusLegend());
    this.setBestGrades();
    this.dropTaken((number) => this.byNumber.get(number)?.status === "AVAILABLE");
    this.showSummary();
  }

  // Drops the picks that other users have taken; the others stay.
  dropTaken(isFree) {
    const lost = this.picks.keepOnly(isFree);
    if (lost.length === 0) return;
    const names = lost
      .map((number) => seatName(this.byNumber.get(number) ?? { number }))
      .join(", ");
    const rest = this.picks.size > 0 ? "seats.taken" : "seats.taken_all";
    this.tell(warning(t(rest, { seats: names })));
  }

  tell(message) {
    this.failing = null;
    show(this.messages, message);
  }

  toggle(seat) {
    if (seat.status !== "AVAILABLE" && !this.picks.has(seat.number)) {
      this.tell(hint(seatWords(seat)));
      return;
    }
    if (this.picks.toggle(seat.number) === "full") {
      this.tell(warning(t("seats.limit", { n: this.picks.max })));
      return;
    }
    this.tell(null);
    this.map.repaint();
    this.list.update();
    this.showSummary();
    say(t("seats.picked_spoken", { n: this.picks.size, total: money(this.total()) }));
  }

  total() {
    return this.picks.list.reduce(
      (sum, number) => sum + (this.byNumber?.get(number)?.price ?? 0),
      0,
    );
  }

  showSummary() {
    const picked = this.picks.list.map((number) => this.byNumber?.get(number)).filter(Boolean);
    this.holdButton ??= button("", {
      kind: "primary",
      class: "button button-primary button-wide",
      "data-testid": "hold",
      onclick: () => this.holdPicked(),
    });
    setText(
      this.holdButton,
      picked.length === 0 ? t("seats.pick_first") : t("seats.hold", { n: picked.length }),
    );
    this.holdButton.disabled = picked.length === 0;
    this.pickList ??= h("ul", { class: "picked plain-list", "data-testid": "picked" });
    this.pickRows ??= new KeptList(
      this.pickList,
      (seat) => seat.number,
      (seat) => this.pickedRow(seat),
    );
    this.totalLine ??= h("p", { class: "total" });
    if (!this.summary.hasChildNodes())
      show(
        this.summary,
        h("h2", {}, t("seats.summary")),
        this.pickList,
        h("div", { class: "summary-act" }, this.totalLine, this.holdButton),
      );
    this.summary.classList.toggle("summary-filled", picked.length > 0);
    this.pickRows.show(picked);
    show(this.totalLine, h("span", {}, t("seats.total")), h("strong", {}, money(this.total())));
  }

  pickedRow(made) {
    const name = seatName(made);
    let seat = made;
    const element = h(
      "li",
      { "data-seat": seat.number },
      gradeMark(this.map.grades.get(seat.grade)),
      h("span", {}, name),
      h("span", {}, money(seat.price)),
      h(
        "button",
        {
          type: "button",
          class: "remove",
          "aria-label": t("seats.remove", { name }),
          onclick: () => this.toggle(seat),
        },
        "×",
      ),
    );
    const update = (now) => {
      seat = now;
    };
    return { element, update };
  }

  bestForm() {
    const options = Array.from({ length: Math.min(10, this.concert.max_seats_per_user) }, (_, i) =>
      h("option", { value: i + 1, selected: i === 1 }, t("seats.count", { n: i + 1 })),
    );
    this.bestCount = h("select", { "aria-label": t("seats.how_many") }, options);
    // Without a grade the server takes the cheapest.
    this.bestGrade = h(
      "select",
      { "aria-label": t("seats.grade") },
      h("option", { value: "" }, t("seats.cheapest")),
    );
    this.bestButton = h("button", { class: "button", "data-testid": "best" }, t("seats.best"));
    return h(
      "form",
      { class: "best", onsubmit: (event) => this.holdBest(event) },
      h("p", { class: "best-title" }, t("seats.best_title")),
      this.bestCount,
      this.bestGrade,
      this.bestButton,
    );
  }

  setBestGrades() {
    if (this.bestGrade.children.length > 1) return;
    this.bestGrade.append(
      ...[...this.map.grades.keys()].map((name) => h("option", { value: name }, name)),
    );
  }

  holdBest(event) {
    event.preventDefault();
    const wish = { date_id: this.dateId, best_available: Number(this.bestCount.value) };
    if (this.bestGrade.value) wish.grade = this.bestGrade.value;
    return whileBusy(this.bestButton, () => this.hold(wish));
  }

  holdPicked() {
    return whileBusy(this.holdButton, () =>
      this.hold({ date_id: this.dateId, seats: this.picks.list }),
    );
  }

  async hold(wish) {
    const { token } = placeIn(this.concertId);
    const intent = intentFor(`hold.${this.dateId}`, wish);
    try {
      const reservation = await carryOut(intent, (key) => reservations.hold(wish, token, key), {
        onRetry: (problem) => this.tell(notice(problem)),
      });
      this.picks.clear();
      noteReservation(reservation);
      if (!this.gone) goTo(`/reservations/${reservation.reservation_id}`);
    } catch (problem) {
      await this.explain(problem, wish);
    }
  }

  async explain(problem, wish) {
    if (["queue_token_expired", "not_admitted"].includes(problem.code)) {
      await lookNow(this.concertId);
      return;
    }
    if (problem.code === "seat_unavailable") {
      const taken = new Set(problem.members.seats);
      this.dropTaken((number) => !taken.has(number));
      this.showSummary();
      // The listing may be a second behind; what was refused is shown as taken at once.
      this.setSeats(
        this.seats.map((seat) =>
          taken.has(seat.number) && seat.status === "AVAILABLE"
            ? { ...seat, status: "HELD" }
            : seat,
        ),
      );
      this.etag = null;
      return;
    }
    this.tell(notice(problem, { concertId: this.concertId, retry: () => this.hold(wish) }));
  }
}

function chooseDate(dates, dateId) {
  return (
    dates.find((date) => date.date_id === dateId) ??
    dates.find((date) => date.seats_available > 0) ??
    dates[0]
  );
}
