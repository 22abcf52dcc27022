// A bar on every page with the user's places in line, turns and open hold.

import { onSessionChange } from "../api/session.js";
import { number, roughly } from "../core/format.js";
import { h, setText, show } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { onHoldChange, openHold } from "../line/hold.js";
import { allPlaces, isLive, onPlaceChange } from "../line/line.js";
import { countdown } from "./countdown.js";
import { KeptList } from "./kept_list.js";

export function waitingBar() {
  const bar = h("div", { class: "waiting-bar", role: "region" });
  const entries = new KeptList(bar, keyOf, (item) =>
    item.hold ? holdEntry(update) : placeEntry(),
  );

  function update() {
    bar.setAttribute("aria-label", t("bar.label"));
    const hold = openHold();
    const here = location.hash.split("?")[0];
    const holdIsElsewhere = hold && here !== `#/reservations/${hold.reservationId}`;
    const places = allPlaces().filter(
      (place) =>
        isLive(place) &&
        hold?.concertId !== place.concertId &&
        !here.startsWith(`#/concerts/${place.concertId}/`),
    );
    entries.show([...(holdIsElsewhere ? [{ hold }] : []), ...places.map((place) => ({ place }))]);
  }

  for (const onChange of [onPlaceChange, onHoldChange, onSessionChange]) onChange(update);
  globalThis.addEventListener("hashchange", update);
  globalThis.addEventListener("languagechange", update);
  update();
  return bar;
}

const keyOf = ({ hold, place }) =>
  hold ? `hold ${hold.reservationId}` : `place ${place.state.token_id}`;

// A link with words, a countdown or an estimate, and what a press does; update() fills them in.
function entry() {
  const words = h("span");
  const time = h("span");
  const act = h("strong");
  const element = h("a", { class: "waiting-entry" }, words, time, act);
  let clock = null;
  let until = null;

  function showClock(newUntil, onEnd = null) {
    if (newUntil === until) return;
    clock?.stop();
    until = newUntil;
    clock = until && countdown(until, { onEnd });
    show(time, clock?.element);
  }
  return { element, words, time, act, showClock, stop: () => clock?.stop() };
}

function holdEntry(onEnd) {
  const line = entry();
  line.element.classList.add("waiting-hold");
  function update({ hold }) {
    line.element.href = `#/reservations/${hold.reservationId}`;
    setText(line.words, t("bar.hold", { title: hold.title }));
    setText(line.act, t("bar.pay"));
    line.showClock(hold.heldUntil, onEnd);
  }
  return { ...line, update };
}

function placeEntry() {
  const line = entry();
  function update({ place: { concertId, title, state } }) {
    const isTurn = state.status === "ACTIVE";
    line.element.href = `#/concerts/${concertId}/${isTurn ? "seats" : "line"}`;
    line.element.classList.toggle("waiting-turn", isTurn);
    line.time.classList.toggle("quiet", !isTurn);
    setText(line.act, t(isTurn ? "bar.choose" : "bar.open"));
    if (isTurn) {
      setText(line.words, t("bar.turn", { title }));
      line.showClock(state.expires_at);
      return;
    }
    const wait = state.estimated_wait_seconds;
    setText(line.words, t("bar.place", { title, position: number(state.position ?? 0) }));
    setText(line.time, wait === null ? "" : roughly(wait * 1000));
  }
  return { ...line, update };
}
