// One concert: what, where, when, how many seats are left, and the way into its line.

import { concerts, proofs } from "../api/calls.js";
import { picture } from "../art/poster.js";
import { linkButton, loading } from "../components/controls.js";
import { checkThisLine } from "../components/check_line.js";
import { countdown } from "../components/countdown.js";
import { keepProblem } from "../components/notice.js";
import { saleBadge } from "../components/sale_state.js";
import { setTitle } from "../core/announce.js";
import { day, dayAndTime, money, number, roughly, timeOfDay, untilText } from "../core/format.js";
import { h, setStyle, setText, show } from "../core/dom.js";
import { repeatWhileSeen } from "../core/repeat.js";
import { t } from "../i18n/index.js";
import { forget, isLive, placeIn } from "../line/line.js";

const REFRESH_MS = 5000;

export function page({ params }) {
  const element = h("div", {}, loading());
  const clocks = [];
  let view = null;
  let gone = false;

  async function refresh() {
    try {
      const { concert, dates } = await concerts.withDates(params.concert);
      if (gone) return;
      view ??= build(concert, clocks);
      if (!element.contains(view.element)) {
        show(element, view.element);
        setTitle(concert.title);
      }
      view.update(concert, dates);
    } catch (problem) {
      if (!view) keepProblem(element, problem, { retry: refresh });
    }
  }

  const stop = repeatWhileSeen(REFRESH_MS, refresh);
  return {
    title: t("concert.title"),
    element,
    dispose() {
      gone = true;
      stop();
      for (const clock of clocks) clock.stop();
    },
  };
}

function build(concert, clocks) {
  const badge = h("div", { class: "concert-badge" });
  const way = h("div", { class: "concert-way" });
  const dates = h("ul", { class: "dates plain-list" });
  const crowd = h("p", { class: "quiet" });
  let wayFor = "";
  const element = h(
    "div",
    { class: "concert" },
    h("div", { class: "concert-poster" }, picture(concert.title)),
    h(
      "div",
      { class: "concert-words" },
      badge,
      h("h1", {}, concert.title),
      h("p", { class: "concert-artist" }, concert.artist),
      h("p", { class: "quiet" }, concert.venue),
      concert.description ? h("p", { class: "concert-description" }, concert.description) : null,
      way,
      h("h2", {}, t("concert.dates")),
      dates,
      lotteryNote(concert),
      h(
        "ol",
        { class: "steps plain-list" },
        ["line", "seats", "pay"].map((step) =>
          h(
            "li",
            {},
            h("strong", {}, t(`concert.step_${step}`)),
            h(
              "span",
              { class: "quiet" },
              t(`concert.step_${step}_text`, {
                hold: roughly(concert.hold_seconds * 1000),
                max: concert.max_seats_per_user,
              }),
            ),
          ),
        ),
      ),
      checkThisLine(concert, () => placeIn(concert.concert_id)?.state ?? null),
    ),
  );

  function update(now, items) {
    show(badge, saleBadge(now));
    // Rebuilt only if it changes, so that a press does not miss a button that is being replaced.
    const meaning = JSON.stringify([
      now.sale_state,
      now.sale_opens_at,
      placeIn(now.concert_id)?.state?.status,
    ]);
    if (meaning !== wayFor) {
      for (const clock of clocks.splice(0)) clock.stop();
      show(way, wayIn(now, clocks, crowd));
    }
    wayFor = meaning;
    setText(crowd, crowdText(now.queue));
    show(dates, items.map(dateRow));
  }
  return { element, update };
}

// How places come about, said before anyone has one.
function lotteryNote({ concert_id: id, queue }) {
  if (queue.order !== "lottery") return null;
  const note = h("p", { class: "concert-note" });
  proofs
    .draw(id)
    .then((draw) => setText(note, t("concert.lottery", { time: dayAndTime(draw.closes_at) })))
    .catch(() => note.remove());
  return note;
}

function wayIn(concert, clocks, crowd) {
  const line = `/concerts/${concert.concert_id}/line`;
  const place = placeIn(concert.concert_id);
  if (isLive(place)) {
    const [text, path] =
      place.state.status === "ACTIVE"
        ? ["concert.to_seats", `/concerts/${concert.concert_id}/seats`]
        : ["concert.to_place", line];
    return linkButton(t(text), path, { kind: "primary" });
  }
  switch (concert.sale_state) {
    case "SOLD_OUT":
      return h("p", { class: "concert-note" }, t("concert.sold_out"));
    case "CLOSED":
      return h("p", { class: "concert-note" }, t("concert.closed"));
    case "SCHEDULED":
      return [joinLink("concert.join_early", concert, line), opening(concert, clocks)];
    default:
      return [joinLink("concert.join", concert, line), crowd];
  }
}

// A user who returns means a new place, not one that has ended.
function joinLink(text, { concert_id: id }, line) {
  return linkButton(t(text), line, { kind: "primary", onclick: () => placeIn(id) && forget(id) });
}

function opening(concert, clocks) {
  const clock = countdown(concert.sale_opens_at, { format: untilText, urgentMs: 0 });
  clocks.push(clock);
  return h(
    "p",
    { class: "quiet" },
    t("concert.opens", { time: dayAndTime(concert.sale_opens_at) }),
    " ",
    clock.element,
  );
}

function crowdText({ waiting }) {
  return waiting === 0 ? t("concert.nobody_waits") : t("concert.waiting", { n: waiting });
}

function dateRow(date) {
  const share = date.seats_total === 0 ? 0 : date.seats_available / date.seats_total;
  const bar = h("span", { class: "bar", "aria-hidden": "true" }, h("span", { class: "bar-part" }));
  setStyle(bar.firstChild, { transform: `scaleX(${share})` });
  return h(
    "li",
    { class: "date" },
    h(
      "time",
      { class: "date-when", datetime: date.starts_at },
      h("strong", {}, day(date.starts_at)),
      " ",
      timeOfDay(date.starts_at),
    ),
    h("span", { class: "date-price" }, priceSpan(date)),
    h(
      "span",
      { class: "date-left" },
      bar,
      date.seats_available === 0
        ? t("sale.SOLD_OUT")
        : t("concert.seats_left", {
            left: number(date.seats_available),
            total: number(date.seats_total),
          }),
    ),
  );
}

function priceSpan({ price_min: min, price_max: max }) {
  if (min === null) return "";
  return min === max ? money(min) : `${money(min)} – ${money(max)}`;
}
