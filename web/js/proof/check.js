// Checks a line in this browser: checkpoint, log, the own entry, the draw.

import { proofs } from "../api/calls.js";
import { lasting } from "../core/storage.js";
import { fromBase64, fromHex, isSame } from "./bytes.js";
import { checkDraw, placeOf } from "./draw.js";
import { Log, isSigned, need, parseCheckpoint, tokenHashOf } from "./log.js";

const nameOf = (concertId) => `checkpoint.${concertId}`;

// {size, signed: true or null, keptSince: {size, at} or null, own: {entry, at, place} or null, draw}.
// `state` is the own queue state, if there is one. Throws Wrong, or a Problem of the network.
export async function checkLine(concertId, isLottery, state) {
  const note = await proofs.checkpoint(concertId);
  const checkpoint = parseCheckpoint(note);
  const keys = (await proofs.keys()).items.filter(({ use }) => use === "log");
  const signed = await isSigned(
    checkpoint,
    keys.map((key) => fromBase64(key.public_key)),
  );
  need(signed !== false, "signature");
  const log = await Log.open((path) => proofs.tile(concertId, path), checkpoint);
  const keptSince = await compareWithLast(concertId, log, checkpoint);
  const draw = isLottery ? await proofs.draw(concertId) : null;
  const isDrawn = draw?.status === "DRAWN";
  if (isDrawn) {
    await checkDraw(draw);
    need(isSame(await log.rootAt(draw.entries), fromHex(draw.log_root)), "draw_log");
  }
  const own = state ? await ownEntry(log, state, isDrawn ? draw : null) : null;
  lasting.write(nameOf(concertId), { note, at: Date.now() });
  return { size: checkpoint.size, signed, keptSince, own, draw };
}

async function compareWithLast(concertId, log, checkpoint) {
  const last = lasting.read(nameOf(concertId));
  if (!last) return null;
  const { origin, size, root } = parseCheckpoint(last.note);
  if (origin !== checkpoint.origin) return null;
  need(size <= checkpoint.size && isSame(await log.rootAt(size), root), "changed");
  return { size, at: last.at };
}

async function ownEntry(log, state, draw) {
  const { tokenHash, micros } = await log.entry(state.entry);
  need(isSame(tokenHash, await tokenHashOf(state.token_id)), "own");
  const place = draw ? await placeOf(draw, state.entry) : state.entry;
  need((state.position ?? 0) <= place, "position");
  return { entry: state.entry, at: micros / 1000, place };
}
