// The list of concerts: a wall of posters.

import { concerts } from "../api/calls.js";
import { poster } from "../art/poster.js";
import { button, empty, loading } from "../components/controls.js";
import { notice } from "../components/notice.js";
import { saleBadge } from "../components/sale_state.js";
import { days } from "../core/format.js";
import { focusOn, h, show } from "../core/dom.js";
import { t } from "../i18n/index.js";

const PLACEHOLDERS = 4;

export function page() {
  const wall = h("ul", { class: "wall plain-list" });
  const end = h("div", { class: "list-end" });
  const date = h("input", {
    type: "date",
    "aria-label": t("concerts.day"),
    onchange: () => load(),
  });
  const past = h("input", { type: "checkbox", id: "past", onchange: () => load() });

  let loads = 0;

  async function load(cursor = null) {
    const loadNumber = (loads += 1);
    // The user has chosen something else while this answer was on its way.
    const isLate = () => loadNumber !== loads;
    show(end, cursor ? loading() : null);
    if (!cursor) show(wall, placeholders());
    try {
      const wish = { date: date.value || null, past: past.checked || null, cursor };
      const found = await concerts.list(wish);
      if (isLate()) return;
      const cards = found.items.map(card);
      if (!cursor) show(wall);
      wall.append(...cards);
      show(end, endOf(found));
      if (cursor) focusOn(cards[0]);
    } catch (problem) {
      if (isLate()) return;
      show(wall, cursor ? [...wall.children] : []);
      show(end, notice(problem, { retry: () => load(cursor) }));
    }
  }

  function endOf(found) {
    if (found.next_cursor)
      return button(t("action.more"), { onclick: () => load(found.next_cursor) });
    if (wall.children.length > 0) return null;
    const all = button(t("concerts.show_all"), {
      onclick: () => {
        date.value = "";
        load();
      },
    });
    return empty(t("concerts.empty"), t("concerts.empty_text"), { ways: date.value ? [all] : [] });
  }

  load();
  return {
    title: t("concerts.title"),
    element: h(
      "div",
      {},
      h(
        "div",
        { class: "page-head" },
        h(
          "div",
          {},
          h("h1", {}, t("concerts.title")),
          h("p", { class: "lead" }, t("concerts.lead")),
        ),
        h(
          "div",
          { class: "filters" },
          date,
          h("span", { class: "check" }, past, h("label", { for: "past" }, t("concerts.past"))),
        ),
      ),
      wall,
      end,
    ),
  };
}

function card(concert) {
  const link = h("a", { href: `#/concerts/${concert.concert_id}` }, concert.title);
  return h(
    "li",
    { class: "card" },
    poster(concert, h("h2", { class: "poster-title" }, link)),
    h(
      "div",
      { class: "card-facts" },
      h("p", { class: "card-when" }, days(concert.first_date_at, concert.last_date_at)),
      h("p", { class: "quiet" }, concert.venue),
      saleBadge(concert),
    ),
  );
}

function placeholders() {
  return Array.from({ length: PLACEHOLDERS }, () =>
    h(
      "li",
      { class: "card card-waiting", "aria-hidden": "true" },
      h("div", { class: "poster" }),
      h("div", { class: "card-facts" }),
    ),
  );
}
