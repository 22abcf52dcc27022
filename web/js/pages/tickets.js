// The user's tickets, one with its code for each seat, and refunded payments.

import { payments } from "../api/calls.js";
import { currentUser } from "../api/session.js";
import { refund } from "../api/wallet.js";
import { picture } from "../art/poster.js";
import {
  button,
  confirm,
  empty,
  linkButton,
  loading,
  pagedList,
  whileBusy,
} from "../components/controls.js";
import { hint, messageBox, notice } from "../components/notice.js";
import { qrCode, ticketCode } from "../components/qr.js";
import { seatName } from "../components/seat_words.js";
import { signInFirst } from "../components/sign_in_first.js";
import { say } from "../core/announce.js";
import { clock } from "../core/clock.js";
import { dayAndTime, money } from "../core/format.js";
import { focusOn, h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";

export function page({ params, query, path }) {
  if (!currentUser()) return signInFirst(path);
  const element = params.payment ? onePayment(params.payment, query.has("new")) : allPayments();
  return { title: t("tickets.title"), element };
}

function allPayments() {
  return h(
    "div",
    {},
    h("h1", {}, t("tickets.title")),
    pagedList({
      load: payments.list,
      row: paymentCard,
      whenEmpty: () =>
        empty(t("tickets.empty"), t("tickets.empty_text"), {
          ways: [linkButton(t("way.to_concerts"), "/", { kind: "primary" })],
        }),
      onProblem: (problem, retry) => notice(problem, { retry }),
    }),
  );
}

function onePayment(id, isNew) {
  const box = h("div", {}, loading());
  const element = h(
    "div",
    {},
    h("h1", {}, t(isNew ? "tickets.yours" : "tickets.title")),
    isNew ? h("p", { class: "lead" }, t("tickets.yours_text")) : null,
    box,
    h("p", {}, h("a", { href: "#/tickets" }, t("tickets.all"))),
  );
  async function load() {
    try {
      show(box, paymentCard(await payments.show(id)));
    } catch (problem) {
      show(box, notice(problem, { retry: load }));
    }
  }
  load();
  return element;
}

function paymentCard(payment) {
  const card = h("article", { class: "payment", "data-status": payment.status });
  const refunded = payment.status === "REFUNDED";
  const words = h(
    "div",
    { class: "payment-words" },
    h("h2", {}, payment.concert_title),
    h("p", {}, dayAndTime(payment.starts_at)),
    h(
      "p",
      { class: "quiet" },
      t("tickets.paid", { amount: money(payment.amount), time: dayAndTime(payment.paid_at) }),
    ),
    refunded
      ? h(
          "p",
          { class: "badge badge-closed" },
          t("tickets.refunded", { time: dayAndTime(payment.refunded_at) }),
        )
      : refundPart(card, payment),
  );
  return show(
    card,
    h("div", { class: "payment-head" }, picture(payment.concert_title, "poster-small"), words),
    refunded
      ? null
      : h(
          "ul",
          { class: "stubs plain-list" },
          payment.seats.map((seat) => stub(payment, seat)),
        ),
  );
}

function stub(payment, seat) {
  return h(
    "li",
    { class: "stub", "data-seat": seat.number },
    h(
      "div",
      { class: "stub-words" },
      h("p", { class: "stub-seat" }, seatName(seat)),
      h(
        "dl",
        {},
        h("div", {}, h("dt", {}, t("ticket.grade")), h("dd", {}, seat.grade)),
        h("div", {}, h("dt", {}, t("ticket.price")), h("dd", {}, money(seat.price))),
        h("div", {}, h("dt", {}, t("ticket.when")), h("dd", {}, dayAndTime(payment.starts_at))),
      ),
    ),
    qrCode(ticketCode(payment, seat)),
  );
}

function refundPart(card, payment) {
  if (Date.parse(payment.starts_at) <= clock.now()) return null;
  const messages = messageBox();
  const element = button(t("tickets.refund"), {
    class: "button button-quiet",
    onclick: () => whileBusy(element, run),
  });
  async function run() {
    const question = t("tickets.refund_question", {
      amount: money(payment.amount),
      n: payment.seats.length,
    });
    if (!(await confirm(question, { yes: t("tickets.refund") }))) return;
    try {
      const refunded = await refund(payment.payment_id, {
        onRetry: (problem) => show(messages, notice(problem), hint(t("hold.kept"))),
      });
      say(t("tickets.refund_done"));
      const now = paymentCard({ ...payment, ...refunded });
      card.replaceWith(now);
      focusOn(now.querySelector("h2"));
    } catch (problem) {
      show(messages, notice(problem, { retry: run }));
    }
  }
  return h("div", {}, messages, element);
}
