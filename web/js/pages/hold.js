// A hold: the time that is left, the price, and the payment.

import { reservations } from "../api/calls.js";
import { currentUser } from "../api/session.js";
import {
  forgetPayment,
  knownBalance,
  onBalanceChange,
  pay,
  paymentIsUnanswered,
  refreshBalance,
} from "../api/wallet.js";
import { picture } from "../art/poster.js";
import { button, confirm, linkButton, loading, whileBusy } from "../components/controls.js";
import { countdown, sayTimeLeft } from "../components/countdown.js";
import { hint, messageBox, notice, warning } from "../components/notice.js";
import { seatName } from "../components/seat_words.js";
import { signInFirst } from "../components/sign_in_first.js";
import { topUpForm } from "../components/top_up.js";
import { alertAll, say, setTitle } from "../core/announce.js";
import { dayAndTime, money } from "../core/format.js";
import { h, show } from "../core/dom.js";
import { goTo, replaceBy } from "../core/router.js";
import { pause } from "../core/wake.js";
import { t } from "../i18n/index.js";
import { noteReservation } from "../line/hold.js";
import { lookNow, placeIn, tokenFor } from "../line/line.js";

// The error of the client's idea of the server's time: this much later the hold is surely over.
const LAPSE_MS = 500;

export function page({ params, path }) {
  if (!currentUser()) return signInFirst(path);
  const checkout = new Checkout(params.reservation);
  checkout.load();
  return { title: t("hold.title"), element: checkout.element, dispose: () => checkout.dispose() };
}

class Checkout {
  constructor(reservationId) {
    this.id = reservationId;
    this.element = h("div", {}, loading());
    this.money = h("div", { class: "checkout-money" });
    this.messages = messageBox();
    this.stopBalance = onBalanceChange(() => this.showMoney());
  }

  dispose() {
    this.stopBalance();
    this.clock?.stop();
    this.gone = true;
  }

  async load() {
    try {
      this.reservation = await reservations.show(this.id);
      noteReservation(this.reservation);
      if (this.gone) return;
      this.build();
      if (this.reservation.status === "HELD") await this.begin();
      else forgetPayment(this.id);
    } catch (problem) {
      show(
        this.element,
        h("h1", {}, t("hold.title")),
        notice(problem, { retry: () => this.load() }),
      );
    }
  }

  async begin() {
    try {
      await refreshBalance();
    } catch (problem) {
      // The countdown stays visible above it.
      show(this.messages, notice(problem, { retry: () => this.begin() }));
      return;
    }
    show(this.messages);
    // The answer to a payment was lost, or the page was closed before it came.
    if (paymentIsUnanswered(this.id) && !this.gone) await this.pay();
  }

  build() {
    this.clock?.stop();
    const { reservation } = this;
    const held = reservation.status === "HELD";
    setTitle(t(held ? "hold.page_title" : "hold.title", { title: reservation.concert_title }));
    show(
      this.element,
      h(
        "div",
        { class: "checkout" },
        h("div", { class: "checkout-poster" }, picture(reservation.concert_title)),
        h(
          "div",
          { class: "checkout-words" },
          h("h1", {}, reservation.concert_title),
          h("p", { class: "quiet" }, dayAndTime(reservation.starts_at)),
          held ? this.timer() : null,
          h(
            "ul",
            { class: "bill plain-list" },
            reservation.seats.map((seat) =>
              h(
                "li",
                {},
                h("span", {}, seatName(seat)),
                h("span", { class: "quiet" }, seat.grade),
                h("span", {}, money(seat.price)),
              ),
            ),
            h(
              "li",
              { class: "bill-total" },
              h("strong", {}, t("seats.total")),
              h("strong", { "data-testid": "amount" }, money(reservation.amount)),
            ),
          ),
          this.messages,
          held ? this.money : this.outcome(),
        ),
      ),
    );
    this.showMoney();
  }

  timer() {
    this.clock = countdown(this.reservation.held_until, {
      onUrgent: sayTimeLeft,
      onEnd: () => this.lapse(),
    });
    return h("p", { class: "hold-clock" }, t("hold.time_left"), this.clock.element);
  }

  // The server decides: a payment on its way may have been in time.
  async lapse() {
    await pause(LAPSE_MS);
    if (this.paying || this.gone) return;
    await lookNow(this.reservation.concert_id);
    await this.load();
    if (!this.gone && this.reservation.status === "EXPIRED") alertAll(t("hold.EXPIRED"));
  }

  outcome() {
    const { status, payment_id: paymentId } = this.reservation;
    const isOwned = status === "CONFIRMED" || status === "REFUNDED";
    const message = isOwned
      ? hint(
          t(`hold.${status}`),
          linkButton(t("way.to_tickets"), `/tickets/${paymentId}`, { kind: "primary" }),
        )
      : warning(t(`hold.${status}`), this.wayBack(), linkButton(t("way.to_concerts"), "/"));
    return h("div", { "data-status": status }, message);
  }

  wayBack() {
    const path = `/concerts/${this.reservation.concert_id}`;
    return placeIn(this.reservation.concert_id)?.state?.status === "ACTIVE"
      ? linkButton(t("way.to_seats"), `${path}/seats`, { kind: "primary" })
      : linkButton(t("way.join_again"), `${path}/line`, { kind: "primary" });
  }

  showMoney() {
    if (this.reservation?.status !== "HELD") return;
    const balance = knownBalance();
    if (balance === null) {
      show(this.money, loading());
      return;
    }
    const { amount } = this.reservation;
    const missing = Math.max(0, amount - balance);
    const hadFocus = this.money.contains(document.activeElement);
    show(
      this.money,
      h(
        "p",
        { class: "checkout-balance" },
        h("span", {}, t("wallet.balance")),
        h("strong", {}, money(balance)),
      ),
      missing > 0 ? this.topUpFirst(missing) : this.payButton(),
      this.releaseButton(),
    );
    // After a top-up the next press pays.
    if (hadFocus) this.money.querySelector(".button-primary").focus();
  }

  topUpFirst(missing) {
    return h(
      "section",
      { class: "sheet", "aria-label": t("wallet.top_up") },
      h("p", { class: "checkout-missing" }, t("hold.missing", { amount: money(missing) })),
      topUpForm({ missing }),
    );
  }

  payButton() {
    this.payElement = button(t("hold.pay", { amount: money(this.reservation.amount) }), {
      class: "button button-primary button-wide",
      "data-testid": "pay",
      onclick: () => whileBusy(this.payElement, () => this.pay()),
    });
    return this.payElement;
  }

  releaseButton() {
    const element = button(t("hold.release"), {
      class: "button button-quiet",
      onclick: () => whileBusy(element, () => this.release()),
    });
    return element;
  }

  async pay() {
    this.paying = true;
    show(this.messages);
    try {
      const token = await tokenFor(this.reservation.concert_id, this.reservation.concert_title);
      const payment = await pay(this.id, token, {
        onRetry: (problem) => show(this.messages, notice(problem), hint(t("hold.kept"))),
      });
      noteReservation({ ...this.reservation, status: "CONFIRMED" });
      lookNow(this.reservation.concert_id);
      // A user who has gone on to another page stays there.
      if (this.gone) say(t("line.paid"));
      else replaceBy(`/tickets/${payment.payment_id}?new`);
    } catch (problem) {
      await this.explain(problem);
    } finally {
      this.paying = false;
    }
  }

  async explain(problem) {
    // The state of the hold explains it better than the refusal.
    if (["already_paid", "hold_expired", "reservation_cancelled"].includes(problem.code)) {
      await lookNow(this.reservation.concert_id);
      await this.load();
      return;
    }
    if (problem.code === "insufficient_balance") await refreshBalance().catch(() => {});
    show(
      this.messages,
      notice(problem, { concertId: this.reservation.concert_id, retry: () => this.pay() }),
    );
  }

  async release() {
    if (!(await confirm(t("hold.release_question"), { yes: t("hold.release") }))) return;
    try {
      await reservations.release(this.id);
      noteReservation({ ...this.reservation, status: "CANCELLED" });
      goTo(`/concerts/${this.reservation.concert_id}/seats/${this.reservation.date_id}`);
    } catch (problem) {
      await this.explain(problem);
    }
  }
}
