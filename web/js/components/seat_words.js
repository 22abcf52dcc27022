// A seat in words.

import { money } from "../core/format.js";
import { t } from "../i18n/index.js";

// Name alone: section and label.
export function seatName(seat) {
  const label = String(seat.label ?? seat.number);
  return seat.section
    ? t("seat.in_section", { section: seat.section, label })
    : t("seat.alone", { label });
}

export function seatWords(seat, isPicked = false) {
  const state = isPicked ? "PICKED" : seat.status;
  return t("seat.words", {
    name: seatName(seat),
    grade: seat.grade,
    price: money(seat.price),
    state: t(`seat.${state}`),
  });
}
