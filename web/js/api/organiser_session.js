// The organiser's access token, as long as the tab is open; it is pasted, not earned by a password.

import { clock } from "../core/clock.js";
import { ofTab } from "../core/storage.js";
import { organiser } from "./calls.js";

const NAME = "organiser";

// What a token says of itself; only the server can tell whether that is true. null if it is none.
function readToken(text) {
  try {
    const part = text.split(".")[1].replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(part));
  } catch {
    return null;
  }
}

// 'ok', or why not: 'unreadable', 'not_admin', 'past'
export function checkToken(text) {
  const claims = readToken(text);
  if (!claims) return "unreadable";
  if (claims.role !== "admin") return "not_admin";
  return claims.exp * 1000 > clock.now() ? "ok" : "past";
}

export function setOrganiserToken(text) {
  if (text) ofTab.write(NAME, text);
  else ofTab.remove(NAME);
}

// The organiser's calls, or null when nobody is signed in as one.
export function organiserCalls() {
  const token = ofTab.read(NAME);
  return token && checkToken(token) === "ok" ? organiser(token) : null;
}
