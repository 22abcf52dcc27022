// The session of the signed-in user: {user_id, name, access_token, expires_at}, or null.

import { clock } from "../core/clock.js";
import { lasting, onOtherTab } from "../core/storage.js";

const NAME = "session";
const events = new EventTarget();
let session = lasting.read(NAME);

export function currentUser() {
  if (session && Date.parse(session.expires_at) <= clock.now()) setSession(null);
  return session;
}

export function setSession(next) {
  session = next;
  if (next) lasting.write(NAME, next);
  else lasting.remove(NAME);
  events.dispatchEvent(new Event("change"));
}

export function onSessionChange(callback) {
  events.addEventListener("change", callback);
}

onOtherTab((name) => {
  if (name !== NAME) return;
  session = lasting.read(NAME);
  events.dispatchEvent(new Event("change"));
});
