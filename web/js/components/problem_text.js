// The text of a refusal for the user, in one sentence.

import { dayAndTime, money, number } from "../core/format.js";
import { hasText, t } from "../i18n/index.js";

export function problemText(problem) {
  const { code, members = {} } = problem;
  if (code === "queue_token_expired") return endText(members.expired_reason);
  if (!hasText(`problem.${code}`))
    return t("problem.unknown", { request_id: members.request_id ?? "" });
  return t(`problem.${code}`, {
    seats: (members.seats ?? []).join(", "),
    limit: members.limit,
    position: members.position === undefined ? "" : number(members.position),
    opens: members.sale_opens_at ? dayAndTime(members.sale_opens_at) : "",
    missing: members.required === undefined ? "" : money(members.required - members.balance),
    seconds: Math.ceil((problem.retryAfterMs ?? 2000) / 1000),
    fields: (members.errors ?? []).map(({ field, detail }) => `${field} ${detail}`).join("; "),
  });
}

// Why a place in line has ended.
export function endText(reason) {
  return t(hasText(`ended.${reason}`) ? `ended.${reason}` : "ended.OTHER");
}
