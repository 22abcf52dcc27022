// What the browser proves of a line: the log's checkpoint, its tiles, and the draw.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./support.mjs";

const bytes = await load("proof/bytes.js");
const { Log, Wrong, isSigned, parseCheckpoint, tilePath, tokenHashOf } = await load("proof/log.js");
const { checkDraw, placeOf } = await load("proof/draw.js");

const { byte, integer, join, sha256, toHex, utf8 } = bytes;
const base64 = (data) => Buffer.from(data).toString("base64");

async function rootOf(hashes) {
  if (hashes.length < 2) return hashes[0] ?? sha256();
  const left = 2 ** Math.ceil(Math.log2(hashes.length) - 1);
  const halves = [hashes.slice(0, left), hashes.slice(left)];
  return sha256(byte(1), ...(await Promise.all(halves.map(rootOf))));
}

// A log of so many entries, and who serves its tiles.
async function madeLog(size) {
  const entries = [];
  for (let number = 1; number <= size; number += 1) {
    entries.push(join(integer(number), await tokenHashOf(`token-${number}`), integer(number * 10)));
  }
  const levels = [await Promise.all(entries.map((entry) => sha256(byte(0), entry)))];
  while (levels.at(-1).length >= 256) {
    const below = levels.at(-1);
    const tiles = Array.from({ length: Math.floor(below.length / 256) }, (_, i) =>
      rootOf(below.slice(i * 256, (i + 1) * 256)),
    );
    levels.push(await Promise.all(tiles));
  }
  const serve = async (path) => {
    const [, level, index, width] = path.match(/^(\w+)\/(\d{3})(?:\.p\/(\d+))?$/);
    const first = Number(index) * 256;
    const some = (all) => all.slice(first, first + Number(width ?? 256));
    if (level !== "entries") return join(...some(levels[level]));
    return join(...some(entries).flatMap((entry) => [Uint8Array.of(0, 48), entry]));
  };
  return { size, entries, leaves: levels[0], root: await rootOf(levels[0]), serve };
}

const isWrong = (what) => (error) => error instanceof Wrong && error.what === what;

test("an entry is proven up to the root, in logs of any size", async () => {
  for (const size of [1, 2, 255, 256, 257, 700]) {
    const made = await madeLog(size);
    const log = await Log.open(made.serve, made);
    for (const number of [1, Math.ceil(size / 2), size]) {
      const entry = await log.entry(number);
      assert.deepEqual(entry.tokenHash, await tokenHashOf(`token-${number}`));
      assert.equal(entry.micros, number * 10);
    }
    await assert.rejects(log.entry(size + 1), isWrong("missing"));
  }
});

test("the roots of earlier times are found again", async () => {
  const made = await madeLog(700);
  const log = await Log.open(made.serve, made);
  for (const size of [0, 1, 255, 256, 257, 512, 699, 700]) {
    assert.deepEqual(await log.rootAt(size), await rootOf(made.leaves.slice(0, size)));
  }
});

test("what does not fit the root is found", async () => {
  const made = await madeLog(700);
  const other = await madeLog(699);
  await assert.rejects(Log.open(made.serve, { ...made, root: other.root }), isWrong("root"));
  const tampered = async (path) => {
    const data = await made.serve(path);
    if (path === "entries/000") data[20] ^= 1;
    if (path === "0/001") data[40] ^= 1;
    return data;
  };
  const log = await Log.open(tampered, made);
  await assert.rejects(log.entry(1), isWrong("tile"));
  await assert.rejects(log.entry(300), isWrong("tile"));
  assert.equal((await log.entry(699)).number, 699);
});

test("a checkpoint is signed by its key and by no other", async () => {
  const origin = "stagedoor-1/concerts/7";
  const text = `${origin}\n3\n${base64(await sha256(utf8("root")))}\n`;
  const signer = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
  const key = new Uint8Array(await crypto.subtle.exportKey("raw", signer.publicKey));
  const signature = new Uint8Array(
    await crypto.subtle.sign("Ed25519", signer.privateKey, utf8(text)),
  );
  const keyHash = (await sha256(utf8(`${origin}\n`), byte(1), key)).slice(0, 4);
  const note = `${text}\n— ${origin} ${base64(join(keyHash, signature))}\n`;
  const checkpoint = parseCheckpoint(note);
  assert.equal(checkpoint.size, 3);
  assert.equal(await isSigned(checkpoint, [key]), true);
  assert.equal(await isSigned(checkpoint, [new Uint8Array(32)]), false);
  const grown = parseCheckpoint(note.replace("\n3\n", "\n4\n"));
  assert.equal(await isSigned(grown, [key]), false);
  assert.throws(() => parseCheckpoint("nothing"), isWrong("checkpoint"));
});

test("a tile has its address", () => {
  assert.equal(tilePath(0, 0, 3), "0/000.p/3");
  assert.equal(tilePath("entries", 1_234_067, 256), "entries/x001/x234/067");
});

test("a draw gives the places that it gives everywhere", async () => {
  const secret = await sha256(utf8("secret"));
  const root = await sha256(utf8("root"));
  const draw = {
    algorithm: "stagedoor-draw-1",
    commitment: toHex(await sha256(secret)),
    secret: toHex(secret),
    log_root: toHex(root),
    beacon: null,
    seed: toHex(await sha256(secret, root)),
    entries: 10,
  };
  await checkDraw(draw);
  const seeded = { ...draw, seed: toHex(await sha256(utf8("stagedoor"))) };
  await assert.rejects(checkDraw(seeded), isWrong("seed"));
  await assert.rejects(checkDraw({ ...draw, secret: toHex(root) }), isWrong("commitment"));
  const places = [];
  for (let entry = 1; entry <= 11; entry += 1) places.push(await placeOf(seeded, entry));
  assert.deepEqual(places, [8, 4, 10, 5, 6, 3, 1, 9, 2, 7, 11]);
});
