// All words of the client, in two languages with the same keys; the one that is spoken is loaded.
//
// A text may hold {name} for a parameter and {name|one|other} for a word that depends on a number.

import { lasting } from "../core/storage.js";

const load = {
  ko: async () => (await import("./ko.js")).ko,
  en: async () => (await import("./en.js")).en,
};
const NAME = "language";

let language = "en";
let texts = {};

// What was chosen here, else the first language of the browser that is one of ours.
export async function chooseLanguage(wanted = globalThis.navigator?.languages ?? []) {
  const chosen = lasting.read(NAME);
  const known = wanted.map((tag) => tag.slice(0, 2)).find((tag) => tag in load);
  await speak(chosen in load ? chosen : (known ?? "en"));
}

export async function speak(name) {
  texts = await load[name]();
  language = name;
  if (globalThis.document) document.documentElement.lang = name;
}

export async function switchLanguage(name) {
  lasting.write(NAME, name);
  await speak(name);
  globalThis.dispatchEvent(new Event("languagechange"));
}

export function currentLanguage() {
  return language;
}

export function hasText(key) {
  return key in texts;
}

export function t(key, params = {}) {
  if (!hasText(key)) throw new Error(`no text for ${key}`);
  return texts[key].replace(/\{(\w+)(?:\|([^|}]*)\|([^}]*))?\}/g, (_, name, one, other) => {
    if (one === undefined) return formatParam(params[name]);
    return params[name] === 1 ? one : other;
  });
}

function formatParam(value) {
  return typeof value === "number" ? value.toLocaleString(language) : String(value ?? "");
}
