// A countdown to a time of the server's clock. It computes what it shows from the times alone, so
// that a tab that slept is right as soon as it wakes.

import { say } from "../core/announce.js";
import { clock } from "../core/clock.js";
import { clockFace, roughly } from "../core/format.js";
import { h, setText } from "../core/dom.js";
import { wakeIn } from "../core/wake.js";
import { t } from "../i18n/index.js";

const TICK_MS = 250;

// until: a time of the API. format(ms left); onUrgent(ms left) once when it becomes urgent, onEnd
// once. Returns {element, stop}.
export function countdown(
  until,
  { format = clockFace, onUrgent = null, onEnd = null, urgentMs = 60_000 } = {},
) {
  const end = Date.parse(until);
  let wasUrgent = end - clock.now() < urgentMs;
  const element = h("time", { class: "countdown", datetime: until, role: "timer" });
  let cancel = () => {};
  let stopped = false;

  function turn() {
    if (stopped) return;
    const left = end - clock.now();
    setText(element, format(Math.max(0, left)));
    const urgent = left < urgentMs;
    element.classList.toggle("countdown-urgent", urgent);
    if (urgent && !wasUrgent) onUrgent?.(left);
    wasUrgent = urgent;
    if (left > 0) cancel = wakeIn(Math.min(TICK_MS, left + 1), turn);
    else onEnd?.();
  }

  turn();
  return {
    element,
    stop() {
      stopped = true;
      cancel();
    },
  };
}

// Tells a screen reader.
export function sayTimeLeft(leftMs) {
  say(t("time.left", { time: roughly(leftMs) }));
}
