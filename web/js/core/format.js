// Times, money and durations in the format of the chosen language.

import { currentLanguage, t } from "../i18n/index.js";
import { lasting } from "./storage.js";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// An installation has one currency; balances name it, prices do not.
let currency = lasting.read("currency") ?? "KRW";

export function rememberCurrency(name) {
  if (!name || name === currency) return;
  currency = name;
  lasting.write("currency", name);
}

// The API counts in the smallest unit of the currency.
export function money(amount) {
  const format = new Intl.NumberFormat(currentLanguage(), {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
  });
  const digits = format.resolvedOptions().maximumFractionDigits;
  return format.format(amount / 10 ** digits);
}

export function number(value) {
  return value.toLocaleString(currentLanguage());
}

export function day(time) {
  return new Intl.DateTimeFormat(currentLanguage(), {
    year: "numeric",
    month: "short",
    day: "numeric",
    weekday: "short",
  }).format(new Date(time));
}

export function days(first, last) {
  return new Intl.DateTimeFormat(currentLanguage(), {
    year: "numeric",
    month: "short",
    day: "numeric",
  }).formatRange(new Date(first), new Date(last));
}

export function timeOfDay(time) {
  return new Intl.DateTimeFormat(currentLanguage(), { hour: "numeric", minute: "2-digit" }).format(
    new Date(time),
  );
}

export function dayAndTime(time) {
  return `${day(time)} ${timeOfDay(time)}`;
}

// The face of a countdown: 4:09, 1:04:09. Rounded up, so that 0:00 means over.
export function clockFace(durationMs) {
  const total = Math.max(0, Math.ceil(durationMs / SECOND));
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor(total / 60) % 60;
  const seconds = String(total % 60).padStart(2, "0");
  return hours > 0
    ? `${hours}:${String(minutes).padStart(2, "0")}:${seconds}`
    : `${minutes}:${seconds}`;
}

// In words, roughly: how long a wait may take.
export function roughly(durationMs) {
  if (durationMs < 45 * SECOND) return t("time.under_a_minute");
  if (durationMs < 90 * MINUTE)
    return t("time.minutes", { n: Math.max(1, Math.round(durationMs / MINUTE)) });
  if (durationMs < 36 * HOUR) return t("time.hours", { n: Math.round(durationMs / HOUR) });
  return t("time.days", { n: Math.round(durationMs / DAY) });
}

// For a countdown to a far time: days in words, then the clock.
export function untilText(durationMs) {
  if (durationMs < DAY) return clockFace(durationMs);
  return t("time.days_and_clock", {
    n: Math.floor(durationMs / DAY),
    clock: clockFace(durationMs % DAY),
  });
}
