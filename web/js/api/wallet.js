// The user's balance, and the calls that change it: top-up, payment, refund.

import { rememberCurrency } from "../core/format.js";
import { accounts, payments } from "./calls.js";
import { carryOut, forgetIntent, intentFor, openIntent } from "./intents.js";
import { currentUser, onSessionChange } from "./session.js";

const events = new EventTarget();
let balance = null;

// null while unknown
export function knownBalance() {
  return balance;
}

export function onBalanceChange(callback) {
  events.addEventListener("change", callback);
  return () => events.removeEventListener("change", callback);
}

export async function refreshBalance() {
  const answer = await accounts.balance();
  rememberCurrency(answer.currency);
  setBalance(answer.balance);
  return answer.balance;
}

function setBalance(next) {
  balance = next;
  events.dispatchEvent(new Event("change"));
}

onSessionChange(() => setBalance(null));

const chargeName = () => `charge.${currentUser()?.user_id}`;

// The amount of a top-up whose answer was lost, or null.
export function unansweredTopUp() {
  return openIntent(chargeName())?.meaning.amount ?? null;
}

export async function finishTopUp(options) {
  const amount = unansweredTopUp();
  if (amount !== null) await charge(amount, options);
}

// A top-up whose answer was lost is repeated first: the server may have carried it out.
export async function topUp(amount, options) {
  if (unansweredTopUp() !== amount) await finishTopUp(options);
  return charge(amount, options);
}

async function charge(amount, options) {
  const intent = intentFor(chargeName(), { amount });
  const answer = await carryOut(intent, (key) => accounts.charge(amount, key), options);
  rememberCurrency(answer.currency);
  setBalance(answer.balance);
  return answer;
}

const payName = (reservationId) => `pay.${reservationId}`;

export function paymentIsUnanswered(reservationId) {
  return openIntent(payName(reservationId)) !== null;
}

// For a reservation that is no longer held: its status answers the payment.
export function forgetPayment(reservationId) {
  forgetIntent(payName(reservationId));
}

export async function pay(reservationId, queueToken, options) {
  const intent = intentFor(payName(reservationId), { reservationId });
  const payment = await carryOut(
    intent,
    (key) => payments.pay(reservationId, queueToken, key),
    options,
  );
  setBalance(payment.balance);
  return payment;
}

export async function refund(paymentId, options) {
  const intent = intentFor(`refund.${paymentId}`, { paymentId });
  const payment = await carryOut(intent, (key) => payments.refund(paymentId, key), options);
  setBalance(payment.balance);
  return payment;
}
