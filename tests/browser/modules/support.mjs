// What a browser has and node lacks, as far as the modules under test look at it.

import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;

export const web = new URL("../../../web/", import.meta.url);

export async function load(path) {
  return import(new URL(`js/${path}`, web));
}
