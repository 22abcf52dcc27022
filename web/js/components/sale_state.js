// The state of a concert's sale, as a badge.

import { clock } from "../core/clock.js";
import { roughly } from "../core/format.js";
import { h } from "../core/dom.js";
import { t } from "../i18n/index.js";

export function saleBadge({ sale_state: state, sale_opens_at: opensAt }) {
  const text =
    state === "SCHEDULED" && opensAt
      ? t("sale.opens_in", { time: roughly(Date.parse(opensAt) - clock.now()) })
      : t(`sale.${state}`);
  return h("span", { class: `badge badge-${state.toLowerCase()}` }, text);
}
