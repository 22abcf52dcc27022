// The waiting room: the user's exact place, the progress, and the moment the door opens.

import { concerts } from "../api/calls.js";
import { currentUser } from "../api/session.js";
import { checkThisLine } from "../components/check_line.js";
import { button, confirm, linkButton, loading, whileBusy } from "../components/controls.js";
import { countdown } from "../components/countdown.js";
import { messageBox, notice, warning } from "../components/notice.js";
import { endText } from "../components/problem_text.js";
import { signInFirst } from "../components/sign_in_first.js";
import { askToNotify, canAskToNotify, say, setTitle } from "../core/announce.js";
import { dayAndTime, number, roughly, timeOfDay, untilText } from "../core/format.js";
import { h, setStyle, setText, show } from "../core/dom.js";
import { repeatWhileSeen } from "../core/repeat.js";
import { goTo, replaceBy } from "../core/router.js";
import { t } from "../i18n/index.js";
import { forget, join, leave, onPlaceChange, placeIn } from "../line/line.js";

const OPENING_MS = 5000;

export function page({ params, path }) {
  if (!currentUser()) return signInFirst(path);
  const room = new WaitingRoom(Number(params.concert));
  room.enter();
  return { title: t("line.title"), element: room.element, dispose: () => room.dispose() };
}

class WaitingRoom {
  constructor(concertId) {
    this.concertId = concertId;
    this.element = h("div", { class: "waiting-room" }, loading(t("line.joining")));
    this.clocks = [];
    this.messages = messageBox();
    this.shown = null;
    this.stop = onPlaceChange((place) => place?.concertId === concertId && this.update(place));
  }

  dispose() {
    this.gone = true;
    this.stop();
    this.stopClocks();
  }

  stopClocks() {
    for (const item of this.clocks) item.stop();
    this.clocks = [];
  }

  clock(until, options) {
    const item = countdown(until, options);
    this.clocks.push(item);
    return item.element;
  }

  async enter() {
    try {
      const concert = await concerts.show(this.concertId);
      if (this.gone) return;
      this.concert = concert;
      const place = placeIn(this.concertId);
      if (place) this.update(place);
      else await this.join();
    } catch (problem) {
      show(
        this.element,
        h("h1", {}, t("line.title")),
        notice(problem, { concertId: this.concertId, retry: () => this.enter() }),
      );
    }
  }

  async join() {
    try {
      const place = await join(this.concertId, this.concert.title);
      // No line: straight on to the seats.
      if (place.state.status === "ACTIVE" && !this.gone)
        replaceBy(`/concerts/${this.concertId}/seats`);
    } catch (problem) {
      show(
        this.element,
        this.head(),
        notice(problem, { concertId: this.concertId, retry: () => this.enter() }),
      );
    }
  }

  head() {
    return h(
      "div",
      { class: "line-head" },
      h("h1", {}, this.concert.title),
      h("p", { class: "quiet" }, this.concert.venue),
    );
  }

  update(place) {
    if (!this.concert) return;
    if (this.shown !== place.state.status) {
      this.stopClocks();
      this.shown = place.state.status;
      show(this.element, this.head(), this.build(place));
    }
    if (this.refresh) this.refresh(place);
  }

  build(place) {
    this.refresh = null;
    if (place.state.status === "ACTIVE") return this.openDoor(place);
    if (place.state.status === "EXPIRED") return this.ended(place);
    return this.waiting(place);
  }

  waiting(place) {
    const early = place.state.status === "PREQUEUED";
    const sign = h("p", { class: "line-number", "data-testid": "position" });
    const track = h(
      "div",
      {
        class: "line-progress",
        role: "progressbar",
        "aria-label": t("line.progress"),
        "aria-valuemin": 0,
        "aria-valuemax": 100,
      },
      h("span", { class: "line-progress-part" }),
    );
    const facts = h("dl", { class: "facts" });
    const trouble = messageBox();
    const checked = h("p", { class: "quiet line-checked" });
    this.refresh = (now) => {
      this.showPosition(now, sign, track);
      show(facts, this.facts(now.state));
      this.showTrouble(now, trouble);
      setText(checked, t("line.checked", { time: timeOfDay(now.checkedAt) }));
    };
    return [
      h(
        "section",
        { class: "line-sign", "aria-label": t("line.your_place") },
        h("p", { class: "line-caption" }, t(early ? "line.your_place_early" : "line.your_place")),
        sign,
        track,
        early ? this.opening() : null,
      ),
      facts,
      trouble,
      this.messages,
      h("p", { class: "line-calm" }, t("line.calm")),
      h("div", { class: "line-ways" }, this.notifyButton(), this.leaveButton()),
      checked,
      checkThisLine(this.concert, () => placeIn(this.concertId)?.state ?? null),
      h(
        "details",
        { class: "line-help" },
        h("summary", {}, t("line.help")),
        h("p", {}, t("line.help_text")),
        h("code", {}, place.state.token_id),
      ),
    ];
  }

  // Organisers may move the opening while fans wait for it.
  opening() {
    const element = h("p", { class: "line-opens" });
    let clock = null;
    let opensAt = null;
    const showOpening = () => {
      const { sale_opens_at: next } = this.concert;
      if (next === opensAt || !next) return;
      clock?.stop();
      opensAt = next;
      clock = countdown(opensAt, { format: untilText, urgentMs: 0 });
      show(element, t("line.opens", { time: dayAndTime(opensAt) }), " ", clock.element);
    };
    showOpening();
    const stop = repeatWhileSeen(OPENING_MS, async () => {
      this.concert = await concerts.show(this.concertId).catch(() => this.concert);
      if (element.isConnected) showOpening();
    });
    this.clocks.push({
      stop() {
        stop();
        clock?.stop();
      },
    });
    return element;
  }

  showPosition({ state, aheadAtFirst }, sign, track) {
    const position = state.position === null ? t("line.in_draw") : number(state.position);
    if (sign.textContent !== position) {
      setText(sign, position);
      if (state.position !== null) {
        say(t("line.spoken", { position }));
        setTitle(t("line.title_place", { position, title: this.concert.title }));
      }
    }
    const share = 1 - (state.ahead ?? aheadAtFirst) / (aheadAtFirst + 1);
    setStyle(track.firstChild, { transform: `scaleX(${share})` });
    track.setAttribute("aria-valuenow", Math.round(share * 100));
  }

  facts(state) {
    const wait = state.estimated_wait_seconds;
    return [
      ["line.ahead", state.ahead === null ? "–" : number(state.ahead)],
      ["line.wait", wait === null ? t("line.wait_unknown") : roughly(wait * 1000)],
      ["line.behind", number(Math.max(0, state.waiting - (state.position ?? 0)))],
      ["line.since", timeOfDay(state.issued_at)],
    ].map(([key, value]) => h("div", {}, h("dt", {}, t(key)), h("dd", {}, value)));
  }

  showTrouble({ problem }, box) {
    if (Boolean(problem) === box.hasChildNodes()) return;
    show(box, problem ? warning(t(problem === "offline" ? "line.offline" : "line.trouble")) : null);
  }

  notifyButton() {
    if (!canAskToNotify()) return null;
    const ask = button(t("line.notify"), {
      onclick: async () => {
        if (await askToNotify()) say(t("line.notify_on"));
        ask.remove();
      },
    });
    return ask;
  }

  leaveButton() {
    const element = button(t("line.leave"), {
      onclick: () => whileBusy(element, () => this.leave()),
    });
    return element;
  }

  async leave() {
    if (!(await confirm(t("line.leave_question"), { yes: t("line.leave"), no: t("line.stay") })))
      return;
    try {
      await leave(this.concertId);
      if (!this.gone) goTo(`/concerts/${this.concertId}`);
    } catch (problem) {
      show(this.messages, notice(problem, { retry: () => this.leave() }));
    }
  }

  openDoor({ state }) {
    setTitle(t("line.turn_title", { title: this.concert.title }));
    return h(
      "section",
      { class: "door", "data-testid": "door" },
      h("p", { class: "door-sign" }, t("line.turn")),
      h("p", {}, t("line.turn_text")),
      state.expires_at ? h("p", { class: "door-clock" }, this.clock(state.expires_at)) : null,
      linkButton(t("line.choose"), `/concerts/${this.concertId}/seats`, { kind: "primary" }),
    );
  }

  ended({ state }) {
    const reason = state.expired_reason;
    const again = () => {
      forget(this.concertId);
      this.shown = null;
      this.enter();
    };
    setTitle(t("line.ended"));
    const canJoin = !["SOLD_OUT", "SALE_CLOSED"].includes(reason);
    return h(
      "section",
      { class: "line-end", "data-reason": reason },
      h("h2", {}, t(reason === "PAID" ? "line.paid" : "line.ended")),
      h("p", {}, endText(reason)),
      h(
        "div",
        { class: "notice-ways" },
        reason === "PAID" ? linkButton(t("way.to_tickets"), "/tickets", { kind: "primary" }) : null,
        canJoin
          ? button(t("way.join_again"), {
              kind: reason === "PAID" ? "" : "primary",
              onclick: again,
            })
          : null,
        linkButton(t("way.to_concerts"), "/"),
      ),
    );
  }
}
