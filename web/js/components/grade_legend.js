// The legend of the map: colour and shape, price and free seats of each grade.

import { money, number } from "../core/format.js";
import { h, svg } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { outlineOf } from "../seats/grades.js";

export function gradeMark({ shape, colour }) {
  const outline = outlineOf(shape);
  return svg(
    "svg",
    { class: `mark grade-${colour}`, viewBox: "-1.1 -1.1 2.2 2.2", "aria-hidden": "true" },
    outline
      ? svg("polygon", { points: outline.map((point) => point.join(" ")).join(" ") })
      : svg("circle", { r: 1 }),
  );
}

export function gradeLegend(grades) {
  return h(
    "ul",
    { class: "legend plain-list" },
    [...grades.values()].map((grade) =>
      h(
        "li",
        {},
        gradeMark(grade),
        h("strong", {}, grade.name),
        h(
          "span",
          {},
          grade.priceMin === grade.priceMax
            ? money(grade.priceMin)
            : `${money(grade.priceMin)} – ${money(grade.priceMax)}`,
        ),
        h(
          "span",
          { class: "quiet legend-left" },
          grade.available === 0
            ? t("sale.SOLD_OUT")
            : t("seats.left", { n: number(grade.available) }),
        ),
      ),
    ),
  );
}

export function statusLegend() {
  const entry = (name, ...shapes) =>
    h(
      "li",
      {},
      svg(
        "svg",
        { class: `mark mark-${name}`, viewBox: "-1.1 -1.1 2.2 2.2", "aria-hidden": "true" },
        shapes,
      ),
      t(`seat.${name}`),
    );
  return h(
    "ul",
    { class: "legend legend-status plain-list" },
    entry("PICKED", svg("circle", { r: 1 })),
    entry("HELD", svg("circle", { r: 0.75 })),
    entry("SOLD", svg("circle", { r: 0.45 })),
  );
}
