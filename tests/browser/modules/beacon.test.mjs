// The round of drand that the tests of draws use is a real one: quicknet has signed it (BLS12-381,
// signatures in G1, over the round alone).

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { bls12_381 as bls } from "@noble/curves/bls12-381";

const PUBLIC_KEY =
  "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
  "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
const ROUND = 1000n;
const DST = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

const sha256 = (data) => createHash("sha256").update(data).digest();
const recorded = await readFile(new URL("../../support/recorded_round.h", import.meta.url), "utf8");
const [randomness, ...parts] = [...recorded.matchAll(/"([0-9a-f]+)"/g)].map(([, text]) => text);
const signature = parts.join("");

function isSigned(round) {
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(round);
  const message = bls.G1.hashToCurve(sha256(number), { DST });
  const left = bls.pairing(bls.G1.ProjectivePoint.fromHex(signature), bls.G2.ProjectivePoint.BASE);
  const right = bls.pairing(message, bls.G2.ProjectivePoint.fromHex(PUBLIC_KEY));
  return bls.fields.Fp12.eql(left, right);
}

test("the recorded round is signed by quicknet, and its value is the hash of the signature", () => {
  assert.equal(isSigned(ROUND), true);
  assert.equal(isSigned(ROUND + 1n), false);
  assert.equal(sha256(Buffer.from(signature, "hex")).toString("hex"), randomness);
});
