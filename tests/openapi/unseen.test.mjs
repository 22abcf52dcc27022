// The search for answers that no test saw must itself be able to fail.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gapsBetween } from "./unseen.mjs";

const ANSWERS = [
  { operation: "show", status: 200, code: "" },
  { operation: "show", status: 404, code: "not_found" },
  { operation: "show", status: 503, code: "unavailable" },
  { operation: "show", status: 500, code: "internal" },
];
const SEEN = ["show 200", "show 404 not_found", "not_found", "list 503 unavailable", "unavailable"];
const SOMEWHERE = [["unavailable", "one place"]];
const NEVER = [["internal", "a bug"]];

function gaps({ seen = SEEN, somewhere = SOMEWHERE, never = NEVER }) {
  return gapsBetween(ANSWERS, new Set(seen), new Map(somewhere), new Map(never));
}

function seenWithout(...names) {
  return SEEN.filter((name) => !names.includes(name));
}

test("what was seen, or is an exception, is no gap", () => assert.deepEqual(gaps({}), []));

test("an answer that no test saw is a gap, success or refusal", () => {
  assert.deepEqual(gaps({ seen: seenWithout("show 200") }), ["show 200: described and never seen"]);
  assert.deepEqual(gaps({ seen: seenWithout("show 404 not_found") }),
                   ["show 404 not_found: described and never seen"]);
  assert.deepEqual(gaps({ seen: seenWithout("unavailable") }),
                   ["unavailable: described and never seen"]);
  assert.deepEqual(gaps({ never: [] }), ["show 500 internal: described and never seen"]);
});

test("an exception that is none is a gap, by code and by answer", () => {
  assert.match(gaps({ seen: [...SEEN, "internal"] }).join(), /internal: seen, but .* \(a bug\)/);
  assert.match(gaps({ never: [...NEVER, ["show 404 not_found", "x"]] }).join(), /seen, but/);
  assert.match(gaps({ never: [...NEVER, ["show 409 gone", "x"]] }).join(), /not described/);
  assert.match(gaps({ somewhere: [...SOMEWHERE, ["teapot", "x"]] }).join(), /not described/);
  assert.match(gaps({ never: [...NEVER, ...SOMEWHERE] }).join(), /both/);
});
