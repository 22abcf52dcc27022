// The user's places in line. Each is polled exactly when its last answer says, on every page.

import { queue } from "../api/calls.js";
import { currentUser, onSessionChange } from "../api/session.js";
import { lasting, onOtherTab } from "../core/storage.js";
import { wakeIn } from "../core/wake.js";

const RETRY_MIN_MS = 1000;
const RETRY_MAX_MS = 10_000;

// place: {concertId, title, token, state, aheadAtFirst, checkedAt, nextAt, problem}
// state is the queue state of the last answer, problem the code of the failure since.
const places = new Map();
const timers = new Map();
const events = new EventTarget();
let owner = null;

export function allPlaces() {
  return [...places.values()];
}

export function placeIn(concertId) {
  return places.get(Number(concertId)) ?? null;
}

export function isLive(place) {
  return Boolean(place?.state) && place.state.status !== "EXPIRED";
}

// Calls back with (place, placeBefore) at every change. Returns a function that stops it.
export function onPlaceChange(callback) {
  const listener = (event) => callback(event.detail.place, event.detail.before);
  events.addEventListener("place", listener);
  return () => events.removeEventListener("place", listener);
}

// A second join returns the same place.
export async function join(concertId, title) {
  const state = await queue.join(Number(concertId));
  return take(Number(concertId), { title, state });
}

export async function leave(concertId) {
  const place = placeIn(concertId);
  if (!place) return;
  await queue.leave(place.token);
  forget(concertId);
}

// Drops a place from this client, for example one whose end the user has read.
export function forget(concertId) {
  const place = placeIn(concertId);
  stopTimer(Number(concertId));
  places.delete(Number(concertId));
  lasting.remove(nameOf(concertId));
  tell(null, place);
}

// Polls at once: a refused write said that the place has changed.
export async function lookNow(concertId) {
  const place = placeIn(concertId);
  if (place) await poll(place.concertId);
  return placeIn(concertId);
}

// A token for calls that need admission; a browser that lost it gets it again by joining.
export async function tokenFor(concertId, title = "") {
  return (placeIn(concertId) ?? (await join(concertId, title))).token;
}

function take(concertId, { title, state }) {
  const before = places.get(concertId) ?? null;
  const same = before?.state?.token_id === state.token_id;
  const place = {
    concertId,
    title: title || before?.title || "",
    token: state.token,
    state,
    // The progress bar starts here.
    aheadAtFirst: Math.max(same ? before.aheadAtFirst : 0, state.ahead ?? 0),
    checkedAt: Date.now(),
    nextAt: state.status === "EXPIRED" ? null : Date.now() + (state.poll_after_ms ?? RETRY_MIN_MS),
    problem: null,
    failures: 0,
  };
  places.set(concertId, place);
  lasting.write(nameOf(concertId), place);
  schedule(place);
  tell(place, before);
  return place;
}

async function poll(concertId) {
  const place = places.get(concertId);
  if (!place) return;
  try {
    const state = await queue.look(place.token);
    // Unless the user has left or joined again meanwhile.
    if (places.get(concertId)?.token === place.token) take(concertId, { state });
  } catch (problem) {
    if (places.get(concertId)?.token === place.token) fail(place, problem);
  }
}

function fail(place, problem) {
  if (problem.code === "queue_token_invalid" || problem.code === "not_found") {
    forget(place.concertId);
    return;
  }
  const failures = (place.failures ?? 0) + 1;
  const delay = problem.retryAfterMs ?? Math.min(RETRY_MIN_MS * 2 ** (failures - 1), RETRY_MAX_MS);
  const next = { ...place, problem: problem.code, failures, nextAt: Date.now() + delay };
  places.set(place.concertId, next);
  schedule(next);
  tell(next, place);
}

function schedule(place) {
  stopTimer(place.concertId);
  if (place.nextAt === null) return;
  // Never longer than the server said, even if the local clock is set back.
  const longest = Math.max(place.state.poll_after_ms ?? 0, RETRY_MAX_MS);
  const delay = Math.min(place.nextAt - Date.now(), longest);
  timers.set(
    place.concertId,
    wakeIn(delay, () => poll(place.concertId)),
  );
}

function stopTimer(concertId) {
  timers.get(concertId)?.();
  timers.delete(concertId);
}

function tell(place, before) {
  events.dispatchEvent(new CustomEvent("place", { detail: { place, before } }));
}

// One entry for each place, as several tabs of a user store different places.
const nameOf = (concertId) => `place.${owner}.${concertId}`;

function load() {
  for (const concertId of timers.keys()) stopTimer(concertId);
  places.clear();
  owner = currentUser()?.user_id ?? null;
  if (!owner) return;
  for (const name of lasting.names(nameOf(""))) adopt(lasting.read(name));
}

function adopt(place) {
  if (!place || places.has(place.concertId)) return;
  places.set(place.concertId, place);
  schedule(place);
  tell(place, null);
}

// When the network is back or the computer wakes up, the places that are due or have failed poll.
function catchUp() {
  for (const place of places.values()) {
    const due = place.nextAt !== null && (place.problem || place.nextAt <= Date.now());
    if (due) poll(place.concertId);
  }
}

export function start() {
  load();
  onSessionChange(load);
  // A place that another tab has joined is polled and announced here too.
  onOtherTab((name) => owner && name.startsWith(nameOf("")) && adopt(lasting.read(name)));
  globalThis.addEventListener("online", catchUp);
  globalThis.addEventListener("pageshow", catchUp);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) catchUp();
  });
}
