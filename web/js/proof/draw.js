// The draw of a lottery, recomputed: what /verify/draw.py does. docs/fairness.md defines it.

import { byte, fromHex, integer, isSame, sha256 } from "./bytes.js";
import { need } from "./log.js";

const ROUNDS = 20;
const ALGORITHM = "stagedoor-draw-1";

// Throws unless the published draw is made of what was committed to.
export async function checkDraw(draw) {
  need(draw.algorithm === ALGORITHM, "draw");
  const secret = fromHex(draw.secret);
  need(isSame(await sha256(secret), fromHex(draw.commitment)), "commitment");
  const value = draw.beacon?.value ?? "missing";
  const parts = [secret, fromHex(draw.log_root), value === "missing" ? [] : fromHex(value)];
  need(isSame(await sha256(...parts), fromHex(draw.seed)), "seed");
}

// The place that the draw gave to an entry.
export async function placeOf(draw, entry) {
  if (entry > draw.entries) return entry;
  const seed = fromHex(draw.seed);
  const count = BigInt(draw.entries);
  let rows = 1n;
  while (rows * rows < count) rows += 1n;
  const columns = (count + rows - 1n) / rows;
  const value = async (round, half) => {
    const hash = await sha256(seed, byte(round), integer(half));
    return new DataView(hash.buffer).getBigUint64(0);
  };
  let index = BigInt(entry - 1);
  do {
    let row = index / columns;
    let column = index % columns;
    for (let round = 0; round < ROUNDS; round += 1) {
      if (round % 2 === 0) row = (row + (await value(round, column))) % rows;
      else column = (column + (await value(round, row))) % columns;
    }
    index = row * columns + column;
  } while (index >= count);
  return Number(index) + 1;
}
