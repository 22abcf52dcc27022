// The public log of a line, as C2SP defines it: a signed checkpoint over a Merkle tree in tiles. What
// is read of the tree is proven up to the root. docs/fairness.md says what that means.

import { byte, fromBase64, isSame, join, sha256, utf8 } from "./bytes.js";

const WIDTH = 256;
const HASH_BYTES = 32;
const ENTRY_BYTES = 48;

// What is not as it should be: `what` is a part of the name of a text.
export class Wrong extends Error {
  constructor(what) {
    super(what);
    this.what = what;
  }
}

export function need(condition, what) {
  if (!condition) throw new Wrong(what);
}

// {origin, size, root, text, signatures: [{keyHash, signature}]}
export function parseCheckpoint(note) {
  const [head, tail = ""] = note.split("\n\n");
  const [origin, size, root] = head.split("\n");
  need(/^\d+$/.test(size ?? "") && root, "checkpoint");
  const signatures = tail
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([dash, name]) => dash === "\u2014" && name === origin)
    .map(([, , signed]) => fromBase64(signed))
    .map((bytes) => ({ keyHash: bytes.slice(0, 4), signature: bytes.slice(4) }));
  return { origin, size: Number(size), root: fromBase64(root), text: `${head}\n`, signatures };
}

// True if one of the keys (bytes) has signed it, null if this browser cannot tell.
export async function isSigned(checkpoint, keys) {
  for (const key of keys) {
    const keyHash = (await sha256(utf8(`${checkpoint.origin}\n`), byte(1), key)).slice(0, 4);
    const signed = checkpoint.signatures.find((one) => isSame(one.keyHash, keyHash));
    if (!signed) continue;
    let imported;
    try {
      imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
    } catch {
      return null;
    }
    return crypto.subtle.verify("Ed25519", imported, signed.signature, utf8(checkpoint.text));
  }
  return false;
}

async function rootOf(hashes) {
  if (hashes.length === 0) return sha256();
  if (hashes.length === 1) return hashes[0];
  let left = 1;
  while (left * 2 < hashes.length) left *= 2;
  return sha256(byte(1), await rootOf(hashes.slice(0, left)), await rootOf(hashes.slice(left)));
}

export function tilePath(level, index, width) {
  let path = String(index % 1000).padStart(3, "0");
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, "0")}/${path}`;
  }
  return `${level}/${path}${width === WIDTH ? "" : `.p/${width}`}`;
}

export class Log {
  #fetch;
  #size;
  #edges = [];
  #proven = new Map();

  // `fetchTile(path)` gives the bytes of a tile. Throws unless the tree's right edge has the root.
  static async open(fetchTile, { size, root }) {
    const log = new Log();
    log.#fetch = fetchTile;
    log.#size = size;
    for (let count = size, level = 0; count > 0; count = Math.floor(count / WIDTH), level += 1) {
      const width = count % WIDTH;
      log.#edges.push(width ? await log.#hashes(level, Math.floor(count / WIDTH), width) : []);
    }
    need(isSame(await log.#fold(log.#edges), root), "root");
    return log;
  }

  // The root that the log had when it was smaller. It must be that of the checkpoint of that time.
  async rootAt(size) {
    const edges = [];
    for (let count = size, level = 0; count > 0; count = Math.floor(count / WIDTH), level += 1) {
      const width = count % WIDTH;
      const tile = width ? await this.#tile(level, Math.floor(count / WIDTH)) : [];
      edges.push(tile.slice(0, width));
    }
    return this.#fold(edges);
  }

  // {number, tokenHash, micros} of an entry; entries count from 1.
  async entry(number) {
    need(number >= 1 && number <= this.#size, "missing");
    const index = Math.floor((number - 1) / WIDTH);
    const width = Math.min(WIDTH, this.#size - index * WIDTH);
    const bundle = await this.#fetch(tilePath("entries", index, width));
    const at = ((number - 1) % WIDTH) * (ENTRY_BYTES + 2) + 2;
    const bytes = bundle.slice(at, at + ENTRY_BYTES);
    const tile = await this.#tile(0, index);
    need(isSame(await sha256(byte(0), bytes), tile[(number - 1) % WIDTH] ?? []), "tile");
    const view = new DataView(bytes.buffer);
    need(view.getBigUint64(0) === BigInt(number), "number");
    return { number, tokenHash: bytes.slice(8, 40), micros: Number(view.getBigUint64(40)) };
  }

  // The hashes of a tile, of which its parent has the root.
  async #tile(level, index) {
    const name = `${level}/${index}`;
    if (!this.#proven.has(name)) this.#proven.set(name, await this.#prove(level, index));
    return this.#proven.get(name);
  }

  async #prove(level, index) {
    const there = Math.floor(this.#size / WIDTH ** level);
    if (index === Math.floor(there / WIDTH)) return this.#edges[level];
    const hashes = await this.#hashes(level, index, WIDTH);
    const parents = await this.#tile(level + 1, Math.floor(index / WIDTH));
    need(isSame(await rootOf(hashes), parents[index % WIDTH] ?? []), "tile");
    return hashes;
  }

  async #hashes(level, index, width) {
    const bytes = await this.#fetch(tilePath(level, index, width));
    need(bytes.length === width * HASH_BYTES, "tile");
    return Array.from({ length: width }, (_, i) =>
      bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES),
    );
  }

  // A tile that is not full stands for one hash more of the level above it.
  async #fold(edges) {
    let below = [];
    for (const hashes of edges) {
      const all = [...hashes, ...below];
      if (all.length > 0) below = [await rootOf(all)];
    }
    return below[0] ?? rootOf([]);
  }
}

// The bytes that are signed or hashed of a token id.
export const tokenHashOf = (tokenId) => sha256(join(utf8(tokenId)));
