// The organiser's access token, pasted by hand and kept until the tab is closed.

import { clock } from "../core/clock.js";
import { ofTab } from "../core/storage.js";
import { organiser } from "./calls.js";

const NAME = "organiser";

// The claims of a token, unverified: only the server checks its signature. null if it has none.
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

// The organiser's calls, or null without an organiser's token.
export function organiserCalls() {
  const token = ofTab.read(NAME);
  return token && checkToken(token) === "ok" ? organiser(token) : null;
}
