// What stays while pages change: header, navigation, the bar of what waits for the user.

import { knownBalance, onBalanceChange, refreshBalance } from "../api/wallet.js";
import { currentUser, onSessionChange, setSession } from "../api/session.js";
import { money } from "../core/format.js";
import { goTo } from "../core/router.js";
import { h, show, svg } from "../core/dom.js";
import { isDark, switchTheme } from "../core/theme.js";
import { currentLanguage, switchLanguage, t } from "../i18n/index.js";
import { icon } from "./controls.js";
import { waitingBar } from "./waiting_bar.js";

const sections = [
  ["concerts", "/"],
  ["tickets", "/tickets"],
  ["wallet", "/wallet"],
  ["organiser", "/organiser"],
];

// Returns {element, main, update(path)}.
export function shell() {
  const main = h("main", { id: "main", tabindex: "-1" });
  const navigation = h("nav", { class: "navigation" });
  const tools = h("div", { class: "tools" });
  const skip = h("a", { class: "skip", href: "#main", onclick: skipTo(main) });
  const footer = h("footer", { class: "footer" });
  let path = "/";

  function update(newPath = path) {
    path = newPath;
    show(skip, t("shell.skip"));
    navigation.setAttribute("aria-label", t("shell.navigation"));
    show(
      navigation,
      sections.map(([name, target]) => navigationLink(name, target, path)),
    );
    show(tools, balanceChip(), languageSwitch(), themeSwitch(), account());
    show(footer, h("p", {}, t("shell.footer")), h("a", { href: "/docs" }, t("shell.docs")));
  }

  onSessionChange(() => {
    update();
    keepBalance();
  });
  onBalanceChange(() => update());
  globalThis.addEventListener("themechange", () => update());
  update();
  keepBalance();

  const element = h(
    "div",
    { class: "shell" },
    skip,
    h("header", { class: "header" }, brand(), navigation, tools),
    waitingBar(),
    main,
    footer,
  );
  return { element, main, update };
}

function keepBalance() {
  if (currentUser() && knownBalance() === null) refreshBalance().catch(() => {});
}

function skipTo(main) {
  return (event) => {
    event.preventDefault();
    main.focus();
  };
}

// The lit sign over the stage door.
function brand() {
  return h(
    "a",
    { class: "brand", href: "#/", "aria-label": "Stagedoor" },
    svg(
      "svg",
      { class: "brand-sign", viewBox: "0 0 30 24", "aria-hidden": "true", focusable: "false" },
      svg("rect", { class: "sign-box", x: 1, y: 1, width: 28, height: 22, rx: 4 }),
      svg("path", { class: "sign-door", d: "M6 19.5V5h8l3.5 2v12.5" }),
      svg("path", { class: "sign-arrow", d: "M20 12.5h5.5m-2.4-2.6 2.6 2.6-2.6 2.6" }),
    ),
    h("span", { class: "brand-name", "aria-hidden": "true" }, "Stagedoor"),
  );
}

function navigationLink(name, target, path) {
  const isHere =
    target === "/" ? path === "/" || path.startsWith("/concerts") : path.startsWith(target);
  return h(
    "a",
    { href: `#${target}`, "aria-current": isHere ? "page" : null },
    icon(name),
    h("span", {}, t(`shell.${name}`)),
  );
}

function balanceChip() {
  const balance = currentUser() && knownBalance();
  if (balance === null || balance === undefined) return null;
  return h(
    "a",
    {
      class: "chip chip-balance",
      href: "#/wallet",
      "aria-label": t("shell.balance", { amount: money(balance) }),
    },
    money(balance),
  );
}

function languageSwitch() {
  const other = currentLanguage() === "ko" ? "en" : "ko";
  return h(
    "button",
    {
      type: "button",
      class: "chip",
      lang: other,
      "data-language": other,
      onclick: () => switchLanguage(other),
    },
    other === "ko" ? "한국어" : "English",
  );
}

function themeSwitch() {
  const label = t(isDark() ? "shell.to_light" : "shell.to_dark");
  return h(
    "button",
    {
      type: "button",
      class: "chip chip-icon",
      "aria-label": label,
      title: label,
      onclick: switchTheme,
    },
    icon(isDark() ? "light" : "dark"),
  );
}

function account() {
  const user = currentUser();
  if (!user) return h("a", { class: "chip chip-strong", href: "#/sign-in" }, t("account.sign_in"));
  return h(
    "details",
    { class: "account" },
    h(
      "summary",
      { class: "chip chip-icon", "aria-label": t("shell.account", { name: user.name }) },
      icon("person"),
    ),
    h(
      "div",
      { class: "account-menu" },
      h("p", { class: "account-name" }, user.name),
      h("button", { type: "button", class: "button", onclick: signOut }, t("account.sign_out")),
    ),
  );
}

function signOut() {
  setSession(null);
  goTo("/");
}
