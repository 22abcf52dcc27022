// Light or dark: the system's choice until the user chooses.

import { lasting } from "./storage.js";

const NAME = "theme";

function systemIsDark() {
  return globalThis.matchMedia("(prefers-color-scheme: dark)").matches;
}

export function isDark() {
  const chosen = lasting.read(NAME);
  return chosen ? chosen === "dark" : systemIsDark();
}

export function applyTheme() {
  document.documentElement.dataset.theme = isDark() ? "dark" : "light";
  globalThis.dispatchEvent(new Event("themechange"));
}

export function switchTheme() {
  lasting.write(NAME, isDark() ? "light" : "dark");
  applyTheme();
}

export function followSystem() {
  globalThis.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", applyTheme);
}
