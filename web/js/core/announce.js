// Words for those who do not see the page, or not now: live regions, the title, a notification.

import { show } from "./dom.js";

const APP = "Stagedoor";

// A screen reader says it when it has finished its sentence; the same words again are said again.
export function say(text) {
  show(document.getElementById("polite"), text);
}

// A screen reader says it at once.
export function alertAll(text) {
  show(document.getElementById("assertive"), text);
}

export function setTitle(text) {
  document.title = text ? `${text} · ${APP}` : APP;
}

export function canAskToNotify() {
  return "Notification" in globalThis && Notification.permission === "default";
}

export async function askToNotify() {
  return (await Notification.requestPermission()) === "granted";
}

// Without sound. Pressing it brings the tab to the front.
export function notify(title, text, onOpen) {
  if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
  try {
    const notification = new Notification(title, { body: text, silent: true, tag: APP });
    notification.addEventListener("click", () => {
      globalThis.focus();
      notification.close();
      onOpen?.();
    });
  } catch {
    // Some phones only let a service worker notify; the title and the page say it too.
  }
}
