// Notices: what went wrong, and the links and buttons that lead on.

import { goTo } from "../core/router.js";
import { h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { button } from "./controls.js";
import { problemText } from "./problem_text.js";

// The sign-in page that leads back here; organisers have their own.
function signInPath() {
  const here = location.hash.slice(1);
  return here.startsWith("/organiser") ? "/organiser" : `/sign-in?then=${encodeURIComponent(here)}`;
}

// The way out of each refusal that has one: [words, path] for its concert.
const ways = {
  unauthenticated: () => ["way.sign_in", signInPath()],
  queue_token_required: (concertId) => ["way.join", `/concerts/${concertId}/line`],
  queue_token_invalid: (concertId) => ["way.join", `/concerts/${concertId}/line`],
  queue_token_expired: (concertId) => ["way.join_again", `/concerts/${concertId}/line`],
  not_admitted: (concertId) => ["way.to_line", `/concerts/${concertId}/line`],
  wrong_concert: (concertId) => ["way.to_concert", `/concerts/${concertId}`],
  hold_exists: (_, members) => ["way.to_hold", `/reservations/${members.reservation_id}`],
  already_paid: () => ["way.to_tickets", "/tickets"],
  already_refunded: () => ["way.to_tickets", "/tickets"],
  hold_expired: (concertId) => ["way.to_seats", `/concerts/${concertId}/seats`],
  reservation_cancelled: (concertId) => ["way.to_seats", `/concerts/${concertId}/seats`],
  sold_out: () => ["way.to_concerts", "/"],
  sale_closed: () => ["way.to_concerts", "/"],
  not_found: () => ["way.to_concerts", "/"],
  // The address carries the page to return to.
  email_taken: () => ["way.sign_in", location.hash.slice(1).replace("/sign-up", "/sign-in")],
};

// Problems that pass, so that a retry helps.
const passing = [
  "offline",
  "unavailable",
  "timeout",
  "rate_limited",
  "idempotency_in_progress",
  "internal",
];

// options: concertId of the request, retry() to offer a retry
export function notice(problem, { concertId = null, retry = null } = {}) {
  const way = ways[problem.code]?.(concertId, problem.members);
  const reachable = way && !way[1].includes("null") && !way[1].includes("undefined");
  return h(
    "div",
    { class: "notice notice-problem", role: "alert", "data-code": problem.code },
    h("p", {}, problemText(problem)),
    h(
      "div",
      { class: "notice-ways" },
      retry && passing.includes(problem.code) ? button(t("way.retry"), { onclick: retry }) : null,
      reachable ? button(t(way[0]), { onclick: () => goTo(way[1]) }) : null,
    ),
  );
}

// A live region for notices. It must exist before them, or a screen reader does not read them.
export function messageBox() {
  return h("div", { class: "messages", "aria-live": "polite" });
}

// For automatic retries: a problem that is shown already is not announced again, and its button
// stays in place.
export function keepProblem(box, problem, options) {
  if (box.firstElementChild?.dataset.code !== problem.code) show(box, notice(problem, options));
}

export function hint(text, ...ways) {
  return said("hint", text, ways);
}

// Bad news that is not an error.
export function warning(text, ...ways) {
  return said("warning", text, ways);
}

function said(kind, text, ways) {
  return h(
    "div",
    { class: `notice notice-${kind}` },
    h("p", {}, text),
    h("div", { class: "notice-ways" }, ways),
  );
}
