// "Check this line": what this browser can prove of a line, in words that a fan understands.

import { canHash } from "../proof/bytes.js";
import { checkLine } from "../proof/check.js";
import { Wrong } from "../proof/log.js";
import { dayAndTime, timeOfDay } from "../core/format.js";
import { h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { button, loading, whileBusy } from "./controls.js";
import { notice, warning } from "./notice.js";

// `stateOf()` gives the own queue state, or null.
export function checkThisLine(concert, stateOf) {
  const results = h("div", { class: "check-results", role: "status" });
  const start = button(t("check.start"), { onclick: () => whileBusy(start, run) });

  async function run() {
    if (!canHash()) {
      show(results, warning(t("check.insecure")));
      return;
    }
    show(results, loading(t("check.running")));
    try {
      const isLottery = concert.queue.order === "lottery";
      const found = await checkLine(concert.concert_id, isLottery, stateOf());
      show(results, h("ul", { class: "check-list plain-list" }, sentences(found).map(item)));
    } catch (problem) {
      const wrong = problem instanceof Wrong;
      show(
        results,
        wrong
          ? warning(t("check.wrong", { what: t(`check.wrong_${problem.what}`) }))
          : notice(problem, { retry: run }),
      );
    }
  }

  return h(
    "details",
    { class: "check-line" },
    h("summary", {}, t("check.title")),
    h("p", { class: "quiet" }, t("check.lead")),
    start,
    results,
    h("p", { class: "quiet" }, h("a", { href: "/verify/" }, t("check.programs"))),
  );
}

const item = (text) => h("li", { class: "check-item" }, text);

function sentences({ size, signed, keptSince, own, draw }) {
  return [
    signed ? t("check.signed", { n: size }) : t("check.signature_unknown", { n: size }),
    keptSince && t("check.kept", { n: keptSince.size, time: dayAndTime(keptSince.at) }),
    own && t("check.own", { entry: own.entry, time: timeOfDay(own.at) }),
    draw && drawSentence(draw),
    own && draw?.status === "DRAWN" && t("check.place", { place: own.place, n: draw.entries }),
  ].filter(Boolean);
}

function drawSentence(draw) {
  if (draw.status !== "DRAWN") {
    return t("check.committed", {
      time: dayAndTime(draw.closes_at),
      commitment: draw.commitment.slice(0, 16),
    });
  }
  if (!draw.beacon) return t("check.drawn");
  return draw.beacon.value === "missing" ? t("check.drawn_missing") : t("check.drawn_beacon");
}
