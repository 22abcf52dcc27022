// The parts of the pages: addresses, times, posters, and the files that they load.

import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { load, web } from "./support.mjs";

const { Router } = await load("core/router.js");
const format = await load("core/format.js");
const { speak } = await load("i18n/index.js");
const { Samples } = await load("organiser/samples.js");
const { Random, seedOf } = await load("art/random.js");

test("the router finds the page of an address and its parameters", () => {
  const router = new Router([
    ["/", "home"],
    ["/concerts/:concert/seats/:date", "seats"],
  ]);
  assert.equal(router.match("").load, "home");
  assert.equal(router.match("#/").load, "home");
  const { params, query } = router.match("/concerts/7/seats/a%20b?x=1");
  assert.deepEqual([params, query.get("x")], [{ concert: "7", date: "a b" }, "1"]);
  assert.equal(router.match("/concerts/7"), null);
  assert.equal(router.match("/concerts/%zz/seats/1").params.concert, "%zz");
});

test("times and money have the format of their language", async () => {
  await speak("en");
  assert.equal(format.money(198000), "₩198,000");
  assert.deepEqual([0, 1, 60_000, 299_001, 3_600_000].map(format.clockFace), [
    "0:00",
    "0:01",
    "1:00",
    "5:00",
    "1:00:00",
  ]);
  assert.equal(format.roughly(20_000), "less than a minute");
  assert.equal(format.roughly(61_000), "1 minute");
  assert.equal(format.untilText(90_000_000), "1 day 1:00:00");
  await speak("ko");
  assert.equal(format.roughly(600_000), "약 10분");
});

test("a currency with cents is shown with cents", async () => {
  await speak("en");
  format.rememberCurrency("EUR");
  assert.equal(format.money(1250), "€12.50");
  format.rememberCurrency("KRW");
});

test("admissions per second follow from two samples", () => {
  const memory = new Map();
  const store = {
    read: (name) => memory.get(name) ?? null,
    write: (name, value) => memory.set(name, value),
  };
  const stats = (admitted) => ({
    queue: { waiting: 1, active: 1, admitted_total: admitted },
    revenue: 0,
  });
  const samples = new Samples(1, store);
  samples.add(1000, stats(10));
  samples.add(3000, stats(30));
  assert.deepEqual(samples.admissionsPerSecond(), [10]);
  assert.deepEqual(new Samples(1, store).of("admitted"), [10, 30]);
  samples.add(900_000, stats(40));
  assert.equal(samples.of("admitted").length, 1);
});

test("a poster is the same every time", () => {
  const draw = () => {
    const random = new Random(seedOf("Northern Lights Tour"));
    return [random.next(), random.whole(1, 9), random.choose("abc")];
  };
  assert.deepEqual(draw(), draw());
  assert.notEqual(seedOf("a"), seedOf("b"));
});

test("files of npm packages are named with the versions that are installed", async () => {
  const { dependencies } = JSON.parse(await readFile(new URL("package.json", web)));
  const names = ["index.html", "css/tokens.css", "js/components/qr.js"];
  const texts = await Promise.all(names.map((name) => readFile(new URL(name, web), "utf8")));
  const served = (await readFile(new URL("vendor.txt", web), "utf8"))
    .split("\n")
    .map((line) => line.split(/\s+/));
  const used = [...texts.join("\n").matchAll(/\/vendor\/(.+?)@(\d[^/]*)\/([^'"]+)/g)];
  assert.ok(used.length >= 3);
  for (const [, name, version, file] of used) {
    assert.equal(dependencies[name], version, name);
    assert.ok(
      served.some(([other, path]) => other === name && path === file),
      `${name} ${file} is not in vendor.txt`,
    );
  }
});

test("no page turns data into markup", async () => {
  const folder = fileURLToPath(new URL("js/", web));
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".js"));
  for (const name of files) {
    const text = await readFile(`${folder}${name}`, "utf8");
    assert.doesNotMatch(
      text,
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/,
      name,
    );
  }
});
