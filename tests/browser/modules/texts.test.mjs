// The tables of words: complete in both languages, and nothing in them that nobody says.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { load, web } from "./support.mjs";

const { en } = await load("i18n/en.js");
const { ko } = await load("i18n/ko.js");

// Keys whose last part is put together at run time, and what decides about it.
const families =
  /^(problem|ended|reason|entry|hold|seat|sale|setting|shell|plan|account|concert|organiser\.token|seats\.as)[._]/;

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

test("both languages say the same things in a text", () => {
  for (const key of Object.keys(en)) {
    assert.deepEqual([...new Set(params(ko[key]))], [...new Set(params(en[key]))], key);
  }
});

test("every text that is asked for is there, and every text is asked for", async () => {
  const code = (await sources()).join("\n");
  const asked = new Set([...code.matchAll(/"([a-z_]+\.[a-zA-Z_]+)"/g)].map(([, key]) => key));
  const literal = [...code.matchAll(/\bt\("([^"]+)"/g)].map(([, key]) => key);
  for (const key of literal) assert.ok(key in en, `no text for ${key}`);
  const unused = Object.keys(en).filter((key) => !asked.has(key) && !families.test(key));
  assert.deepEqual(unused, []);
});

test("every refusal of the API has a sentence", async () => {
  const server = new URL("../", web);
  const handlers = await readFile(new URL("lib/http/problem.cc", server), "utf8");
  const nginx = await readFile(new URL("nginx/errors.conf", server), "utf8");
  const codes = [
    ...[
      ...handlers.matchAll(/return \{\d+, "(\w+)"/g),
      ...handlers.matchAll(/return \{\d+, "(\w+)",\n/g),
    ],
    ...nginx.matchAll(/"code":"(\w+)"/g),
  ].map(([, code]) => code);
  assert.ok(codes.length > 30);
  for (const code of codes) {
    // Its sentence is that of the reason.
    if (code !== "queue_token_expired") assert.ok(`problem.${code}` in en, code);
  }
});

test("every end of a place in line has a sentence and a word", async () => {
  const domain = await readFile(new URL("../lib/domain/queue_token.cc", web), "utf8");
  const names = [...domain.matchAll(/"([A-Z_]+)"/g)]
    .map(([, name]) => name)
    .filter((name) => !["PREQUEUED", "WAITING", "ACTIVE", "EXPIRED"].includes(name));
  assert.ok(names.length >= 8);
  for (const name of names) {
    assert.ok(`ended.${name}` in en, name);
    assert.ok(`reason.${name}` in en, name);
  }
});

test("numbers choose the right word", async () => {
  const i18n = await load("i18n/index.js");
  await i18n.speak("en");
  assert.equal(i18n.t("seats.hold", { n: 1 }), "Hold 1 seat");
  assert.equal(i18n.t("seats.hold", { n: 1200 }), "Hold 1,200 seats");
  await i18n.speak("ko");
  assert.equal(i18n.t("seats.hold", { n: 2 }), "2석 잡기");
  assert.throws(() => i18n.t("nothing.here"));
});
