// Announcements beside the page itself: live regions, the title, notifications.

import { show } from "./dom.js";

const APP = "Stagedoor";

// A screen reader reads it after its present sentence; the same text twice is read twice.
export function say(text) {
  show(document.getElementById("polite"), text);
}

// A screen reader reads it at once.
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

// Silent. A press on it brings the tab to the front.
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
    // Some phones allow only service workers to notify; the title and the page say it too.
  }
}
