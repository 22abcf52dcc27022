// A bar on every page for what cannot wait: one's place in line, one's turn, seats that are held.

import { onSessionChange } from "../api/session.js";
import { number, roughly } from "../core/format.js";
import { h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { onHoldChange, openHold } from "../line/hold.js";
import { allPlaces, isLive, onPlaceChange } from "../line/line.js";
import { countdown } from "./countdown.js";

export function waitingBar() {
  const bar = h("div", { class: "waiting-bar", role: "region" });
  let clocks = [];

  function update() {
    for (const item of clocks) item.stop();
    clocks = [];
    bar.setAttribute("aria-label", t("bar.label"));
    const hold = openHold();
    const here = location.hash.split("?")[0];
    const entries = [
      hold && here !== `#/reservations/${hold.reservationId}`
        ? holdEntry(hold, clocks, update)
        : null,
      ...allPlaces()
        .filter(
          (place) =>
            isLive(place) &&
            hold?.concertId !== place.concertId &&
            !here.startsWith(`#/concerts/${place.concertId}/`),
        )
        .map((place) => placeEntry(place, clocks)),
    ];
    show(bar, entries);
  }

  for (const onChange of [onPlaceChange, onHoldChange, onSessionChange]) onChange(update);
  globalThis.addEventListener("hashchange", update);
  globalThis.addEventListener("languagechange", update);
  update();
  return bar;
}

function holdEntry(hold, clocks, update) {
  const clock = countdown(hold.heldUntil, { onEnd: update });
  clocks.push(clock);
  return h(
    "a",
    { class: "waiting-entry waiting-hold", href: `#/reservations/${hold.reservationId}` },
    h("span", {}, t("bar.hold", { title: hold.title })),
    clock.element,
    h("strong", {}, t("bar.pay")),
  );
}

function placeEntry(place, clocks) {
  const path = `#/concerts/${place.concertId}`;
  const { state, title } = place;
  if (state.status === "ACTIVE") {
    const clock = state.expires_at && countdown(state.expires_at);
    if (clock) clocks.push(clock);
    return h(
      "a",
      { class: "waiting-entry waiting-turn", href: `${path}/seats` },
      h("span", {}, t("bar.turn", { title })),
      clock?.element,
      h("strong", {}, t("bar.choose")),
    );
  }
  const wait = state.estimated_wait_seconds;
  return h(
    "a",
    { class: "waiting-entry", href: `${path}/line` },
    h("span", {}, t("bar.place", { title, position: number(state.position ?? 0) })),
    wait === null ? null : h("span", { class: "quiet" }, roughly(wait * 1000)),
    h("strong", {}, t("bar.open")),
  );
}
