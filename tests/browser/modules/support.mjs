// What the modules under test use of a browser and older versions of node lack.

import { webcrypto } from "node:crypto";

globalThis.crypto ??= webcrypto;

export const web = new URL("../../../web/", import.meta.url);

export async function load(path) {
  return import(new URL(`js/${path}`, web));
}
