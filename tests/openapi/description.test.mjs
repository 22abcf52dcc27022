// The check of the answers must itself be able to fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Description } from "./description.mjs";

const description = Description.fromFile(
  fileURLToPath(new URL("../../web/openapi.yaml", import.meta.url)));

const HEADERS = [["X-Request-Id", "a"], ["Content-Type", "application/json"]];
const PROBLEM_HEADERS = [["X-Request-Id", "a"], ["Content-Type", "application/problem+json"]];
const PROBLEM = { type: "urn:stagedoor:problem:not_found", title: "t", status: 404, detail: "d",
                  code: "not_found", request_id: "a" };

function problemsOf({ method = "GET", path = "/healthz", status = 200, headers = HEADERS,
                      body = { status: "ok" } }) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return description.check({ method, path, status, headers, body: text }).problems;
}

test("an answer as described has no problems", () => {
  assert.deepEqual(problemsOf({}), []);
  assert.deepEqual(problemsOf({ method: "HEAD", body: "" }), []);
  assert.deepEqual(
    problemsOf({ path: "/nowhere", status: 404, headers: PROBLEM_HEADERS, body: PROBLEM }), []);
});

test("what is not described is named", () => {
  const cases = [
    [{ status: 202 }, /status 202/],
    [{ body: { status: "ok", more: 1 } }, /unevaluated properties more/],
    [{ body: {} }, /required property 'status'/],
    [{ body: { status: "so so" } }, /constant/],
    [{ body: "ok" }, /not JSON/],
    [{ headers: [...HEADERS, ["X-Surprise", "1"]] }, /x-surprise is not described/],
    [{ headers: [["Content-Type", "application/json"]] }, /x-request-id is missing/],
    [{ headers: [["X-Request-Id", "a"], ["Content-Type", "text/html"]] }, /text\/html/],
    [{ path: "/nowhere" }, /status 200/],
    [{ method: "POST" }, /status 200/],
  ];
  for (const [answer, expected] of cases) {
    assert.match(problemsOf(answer).join("; "), expected, JSON.stringify(answer));
  }
});

test("a refusal needs a code of its operation and nothing beside its members", () => {
  const refusal = (status, more) => problemsOf({
    path: "/api/v1/concerts/1", status, headers: PROBLEM_HEADERS,
    body: { ...PROBLEM, status, ...more } });
  assert.deepEqual(refusal(404, {}), []);
  assert.notDeepEqual(refusal(404, { code: "sold_out" }), []);
  assert.notDeepEqual(refusal(404, { position: 1 }), []);
  assert.notDeepEqual(refusal(409, { code: "hold_exists" }), []);
});

test("members deep inside and in parts put together are looked at", () => {
  const queue = { waiting: 0, active: 0, max_active: 1, admit_per_minute: 0, order: "fifo" };
  const concert = { concert_id: 1, title: "t", artist: "a", venue: "v", description: "",
                    sale_opens_at: null, sale_closes_at: null, sale_state: "OPEN",
                    first_date_at: "2027-01-31T19:00:00.000Z",
                    last_date_at: "2027-01-31T19:00:00.000Z", queue, max_seats_per_user: 4,
                    hold_seconds: 300 };
  const shown = (body) => problemsOf({
    path: "/api/v1/concerts/1", headers: [...HEADERS, ["ETag", '"1"']], body });
  assert.deepEqual(shown(concert), []);
  assert.notDeepEqual(shown({ ...concert, more: 1 }), []);
  assert.notDeepEqual(shown({ ...concert, queue: { ...queue, more: 1 } }), []);
  assert.notDeepEqual(shown({ ...concert, sale_opens_at: "tomorrow" }), []);
  assert.notDeepEqual(shown({ ...concert, concert_id: "1" }), []);
});

test("every answer in the document is listed with its operation", () => {
  const answers = [...description.answers()].map((answer) => Object.values(answer).join(" "));
  assert.ok(answers.includes("reserve_seats 409 hold_exists"));
  assert.ok(answers.includes("pay 402 insufficient_balance"));
  assert.ok(answers.includes("pay 201 "));
  assert.ok(answers.includes("list_concerts 304 "));
  assert.equal(new Set(answers).size, answers.length);
});
