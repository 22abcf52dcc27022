// The evenings of a concert side by side, each with its own seats.

import { day, timeOfDay } from "../core/format.js";
import { h } from "../core/dom.js";
import { t } from "../i18n/index.js";

export function dateTabs(concertId, dates, dateId) {
  if (dates.length < 2) return null;
  return h(
    "nav",
    { class: "date-tabs", "aria-label": t("concert.dates") },
    dates.map((date) =>
      h(
        "a",
        {
          href: `#/concerts/${concertId}/seats/${date.date_id}`,
          "aria-current": date.date_id === dateId ? "page" : null,
        },
        h("strong", {}, day(date.starts_at)),
        h("span", {}, timeOfDay(date.starts_at)),
      ),
    ),
  );
}
