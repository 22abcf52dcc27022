// The tables of texts: complete in both languages, and no text unused.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { load, web } from "./support.mjs";

const { en } = await load("i18n/en.js");
const { ko } = await load("i18n/ko.js");

const server = (path) => readFile(new URL(`../${path}`, web), "utf8");

// Every code that the API refuses with.
async function refusals() {
  const handlers = await server("lib/http/problem.cc");
  const nginx = await server("nginx/errors.conf");
  return [...handlers.matchAll(/return \{\d+, "(\w+)"/g), ...nginx.matchAll(/"code":"(\w+)"/g)].map(
    ([, code]) => code,
  );
}

// Every reason that ends a place in line.
async function ends() {
  const rules = await server("lib/line/token_rules.h");
  const [, reasons] = rules.match(/enum_texts\(EndReason[^)]*\) \{(.*?)\n\}/s);
  return [...reasons.matchAll(/"([A-Z_]+)"/g)].map(([, name]) => name);
}

const kinds = ["sign_in", "sign_up"];
const settings = [
  ...["max_active", "admit_per_minute", "max_seats_per_user"],
  ...["hold_seconds", "active_seconds", "claim_seconds"],
];

// What a check of a line may find wrong.
async function wrongs() {
  const code = (await sources(join(fileURLToPath(web), "js/proof"))).join("\n");
  const named = [...code.matchAll(/need\([^;]*?"([a-z_]+)",?\s*\);/g)].map(([, what]) => what);
  return [...new Set(named)];
}

// The values of the placeholder in each key that the code puts together.
const gaps = {
  "account.*": kinds,
  "account.*_lead": kinds,
  "account.*_title": kinds,
  "account.or_*": kinds,
  "check.wrong_*": await wrongs(),
  "concert.step_*": ["line", "seats", "pay"],
  "concert.step_*_text": ["line", "seats", "pay"],
  "ended.*": await ends(),
  "entry.*": ["CHARGE", "PAYMENT", "REFUND"],
  "hold.*": ["CONFIRMED", "REFUNDED", "EXPIRED", "CANCELLED"],
  "organiser.token_*": ["unreadable", "not_admin", "past"],
  "plan.*": ["club", "theatre", "arena"],
  "problem.*": [
    // An ended place shows the text of its reason.
    ...(await refusals()).filter((code) => code !== "queue_token_expired"),
    // A missing answer, and a code of the API for which this server waits instead.
    ...["offline", "idempotency_in_progress"],
  ],
  "reason.*": await ends(),
  "sale.*": [
    ...["OPEN", "SCHEDULED", "SOLD_OUT", "CLOSED"],
    ...["waiting", "active", "admitted", "revenue", "sold", "held", "available"],
  ],
  "sale.chart_*": ["waiting", "admissions", "revenue"],
  "seat.*": ["AVAILABLE", "HELD", "SOLD", "PICKED"],
  "seats.as_*": ["map", "list"],
  "setting.*": settings,
  "setting.*_hint": settings,
  "shell.*": ["concerts", "tickets", "wallet", "organiser"],
};

async function sources(folder = join(fileURLToPath(web), "js")) {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === "i18n" ? [] : sources(path);
      return readFile(path, "utf8");
    }),
  );
  return files.flat();
}

const params = (text) => [...text.matchAll(/\{(\w+)/g)].map(([, name]) => name).sort();

test("both languages have the same keys", () => {
  assert.deepEqual(Object.keys(ko).sort(), Object.keys(en).sort());
});

test("both languages use the same placeholders in a text", () => {
  for (const key of Object.keys(en)) {
    assert.deepEqual([...new Set(params(ko[key]))], [...new Set(params(en[key]))], key);
  }
});

test("every text that the code uses exists, and the code uses every text", async () => {
  const code = (await sources()).join("\n");
  const templates = [...code.matchAll(/\b(?:t|hasText)\(\s*`([^`]+)`/g)].map(([, template]) =>
    template.replace(/\$\{[^}]*\}/g, "*"),
  );
  assert.deepEqual([...new Set(templates)].sort(), Object.keys(gaps).sort());
  const composed = Object.entries(gaps).flatMap(([template, words]) =>
    words.map((word) => template.replace("*", word)),
  );
  const literal = [...code.matchAll(/\bt\("([^"]+)"/g)].map(([, key]) => key);
  for (const key of [...composed, ...literal]) assert.ok(key in en, `no text for ${key}`);
  const quoted = [...code.matchAll(/"([a-z_]+\.[a-zA-Z_]+)"/g)].map(([, key]) => key);
  const asked = new Set([...composed, ...quoted]);
  assert.deepEqual(
    Object.keys(en).filter((key) => !asked.has(key)),
    [],
  );
});

test("every refusal of the API and every end of a place has a text", async () => {
  assert.ok((await refusals()).length > 30);
  assert.ok((await ends()).length >= 8);
});

test("a number chooses singular or plural", async () => {
  const i18n = await load("i18n/index.js");
  await i18n.speak("en");
  assert.equal(i18n.t("seats.hold", { n: 1 }), "Hold 1 seat");
  assert.equal(i18n.t("seats.hold", { n: 1200 }), "Hold 1,200 seats");
  await i18n.speak("ko");
  assert.equal(i18n.t("seats.hold", { n: 2 }), "2석 잡기");
  assert.throws(() => i18n.t("nothing.here"));
});
