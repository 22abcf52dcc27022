// One request to the API: headers, timeout, problems, and the server's time from its answer.

import { clock } from "../core/clock.js";
import { OFFLINE, Problem, problemOf } from "./problem.js";

const BASE = "/api/v1";
const ANSWER_WITHIN_MS = 15_000;

// Returns {data, etag}; data is null for 204 and 304. Throws a Problem.
// options: body, accessToken, queueToken, key (Idempotency-Key), etag (asks for changes only),
// isBytes (data is no JSON)
export async function request(method, path, options = {}) {
  const sent = Date.now();
  const response = await send(method, path, options);
  noteTime(response, sent);
  if (!response.ok && response.status !== 304) throw await problemOf(response);
  const hasBody = response.status !== 204 && response.status !== 304;
  return {
    data: hasBody ? await (options.isBytes ? readBytes : readJson)(response) : null,
    etag: response.headers.get("ETag"),
  };
}

async function send(method, path, { body, accessToken, queueToken, key, etag }) {
  const headers = new Headers({ Accept: "application/json" });
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (accessToken) headers.set("Authorization", `Bearer ${accessToken}`);
  if (queueToken) headers.set("Queue-Token", queueToken);
  if (key) headers.set("Idempotency-Key", key);
  if (etag) headers.set("If-None-Match", etag);
  try {
    return await fetch(BASE + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      // The browser uses its cached copy only after the server has confirmed it.
      cache: "no-cache",
      credentials: "omit",
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch {
    throw new Problem(OFFLINE);
  }
}

async function readBytes(response) {
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch {
    throw new Problem(OFFLINE);
  }
}

async function readJson(response) {
  try {
    return await response.json();
  } catch {
    throw new Problem(OFFLINE);
  }
}

function noteTime(response, sent) {
  const date = Date.parse(response.headers.get("Date") ?? "");
  if (!Number.isNaN(date)) clock.observe(date, sent, Date.now());
}
