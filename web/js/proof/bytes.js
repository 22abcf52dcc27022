// Bytes, their SHA-256, and the texts in which they come. A browser has `crypto.subtle` on https and
// on this machine only.

export const canHash = () => Boolean(globalThis.crypto?.subtle);

export async function sha256(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", join(...parts)));
}

export function join(...parts) {
  const all = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => {
    all.set(part, at);
    return at + part.length;
  }, 0);
  return all;
}

export const utf8 = (text) => new TextEncoder().encode(text);
export const byte = (value) => Uint8Array.of(value);

export function integer(value) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value));
  return bytes;
}

export const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (x) => parseInt(x, 16));
export const toHex = (bytes) => [...bytes].map((x) => x.toString(16).padStart(2, "0")).join("");
export const fromBase64 = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

export const isSame = (a, b) => a.length === b.length && a.every((x, i) => x === b[i]);
