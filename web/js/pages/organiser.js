// The organiser's first page: the token, then all concerts.

import { concerts } from "../api/calls.js";
import { checkToken, organiserCalls, setOrganiserToken } from "../api/organiser_session.js";
import { picture } from "../art/poster.js";
import { button, empty, field, linkButton, pagedList } from "../components/controls.js";
import { notice } from "../components/notice.js";
import { saleBadge } from "../components/sale_state.js";
import { day } from "../core/format.js";
import { h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";

export function page() {
  const element = h("div");
  const turn = () => show(element, organiserCalls() ? allConcerts(turn) : tokenForm(turn));
  turn();
  return { title: t("organiser.title"), element };
}

function tokenForm(onSignedIn) {
  const token = field(t("organiser.token"), {
    element: "textarea",
    rows: 4,
    required: true,
    spellcheck: "false",
    autocomplete: "off",
    hint: t("organiser.token_hint"),
  });
  function send(event) {
    event.preventDefault();
    const text = token.value.trim();
    const state = checkToken(text);
    token.complain(state === "ok" ? "" : t(`organiser.token_${state}`));
    if (state !== "ok") return;
    setOrganiserToken(text);
    onSignedIn();
  }
  return h(
    "div",
    { class: "narrow" },
    h("h1", {}, t("organiser.title")),
    h("p", { class: "lead" }, t("organiser.lead")),
    h(
      "form",
      { class: "sheet form", novalidate: true, onsubmit: send },
      token.box,
      h("button", { class: "button button-primary button-wide" }, t("organiser.enter")),
    ),
  );
}

function allConcerts(onSignedOut) {
  const leave = () => {
    setOrganiserToken(null);
    onSignedOut();
  };
  return [
    h(
      "div",
      { class: "page-head" },
      h("h1", {}, t("organiser.title")),
      h(
        "div",
        { class: "notice-ways" },
        linkButton(t("organiser.new"), "/organiser/new", { kind: "primary" }),
        button(t("organiser.leave"), { onclick: leave }),
      ),
    ),
    pagedList({
      load: (cursor) => concerts.list({ past: true, cursor }),
      row: concertRow,
      whenEmpty: () => empty(t("organiser.empty"), t("organiser.empty_text")),
      onProblem: (problem, retry) => notice(problem, { retry }),
    }),
  ];
}

function concertRow(concert) {
  return h(
    "a",
    { class: "organiser-row", href: `#/organiser/concerts/${concert.concert_id}` },
    picture(concert.title, "poster-tiny"),
    h(
      "span",
      { class: "organiser-words" },
      h("strong", {}, concert.title),
      h("span", { class: "quiet" }, `${concert.artist} · ${concert.venue}`),
    ),
    h("span", { class: "quiet" }, day(concert.first_date_at)),
    saleBadge(concert),
  );
}
