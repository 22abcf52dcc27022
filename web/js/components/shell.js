// The frame around every page: header, navigation, the bar of places in line and holds.

import { knownBalance, onBalanceChange, refreshBalance } from "../api/wallet.js";
import { currentUser, onSessionChange, setSession } from "../api/session.js";
import { money } from "../core/format.js";
import { goTo } from "../core/router.js";
import { h, setText, show, svg } from "../core/dom.js";
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

// Returns {element, main, update(path)}. Its elements are made once and updated in place, so that
// the focus stays where it is.
export function shell() {
  const main = h("main", { id: "main", tabindex: "-1" });
  const skip = h("a", { class: "skip", href: "#main", onclick: skipTo(main) });
  const links = sections.map(([name, target]) => navigationLink(name, target));
  const navigation = h(
    "nav",
    { class: "navigation" },
    links.map((link) => link.element),
  );
  const tools = [balanceChip(), languageSwitch(), themeSwitch(), account()];
  const words = h("p");
  const docs = h("a", { href: "/docs" });
  let path = "/";

  function update(newPath = path) {
    path = newPath;
    setText(skip, t("shell.skip"));
    navigation.setAttribute("aria-label", t("shell.navigation"));
    for (const item of [...links, ...tools]) item.update(path);
    setText(words, t("shell.footer"));
    setText(docs, t("shell.docs"));
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
    h(
      "header",
      { class: "header" },
      brand(),
      navigation,
      h(
        "div",
        { class: "tools" },
        tools.map((tool) => tool.element),
      ),
    ),
    waitingBar(),
    main,
    h("footer", { class: "footer" }, words, docs),
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

function navigationLink(name, target) {
  const word = h("span");
  const element = h("a", { href: `#${target}` }, icon(name), word);
  function update(path) {
    const isHere =
      target === "/" ? path === "/" || path.startsWith("/concerts") : path.startsWith(target);
    setText(word, t(`shell.${name}`));
    if (isHere) element.setAttribute("aria-current", "page");
    else element.removeAttribute("aria-current");
  }
  return { element, update };
}

function balanceChip() {
  const element = h("a", { class: "chip chip-balance", href: "#/wallet" });
  function update() {
    const balance = currentUser() && knownBalance();
    element.hidden = balance === null;
    if (element.hidden) return;
    setText(element, money(balance));
    element.setAttribute("aria-label", t("shell.balance", { amount: money(balance) }));
  }
  return { element, update };
}

function languageSwitch() {
  const element = h("button", {
    type: "button",
    class: "chip",
    onclick: () => switchLanguage(element.lang),
  });
  function update() {
    element.lang = currentLanguage() === "ko" ? "en" : "ko";
    element.dataset.language = element.lang;
    setText(element, element.lang === "ko" ? "한국어" : "English");
  }
  return { element, update };
}

function themeSwitch() {
  const element = h("button", { type: "button", class: "chip chip-icon", onclick: switchTheme });
  function update() {
    const label = t(isDark() ? "shell.to_light" : "shell.to_dark");
    element.title = label;
    element.setAttribute("aria-label", label);
    show(element, icon(isDark() ? "light" : "dark"));
  }
  return { element, update };
}

function account() {
  const element = h("div");
  let shown = "";
  function update(path) {
    const meaning = JSON.stringify([currentUser(), currentLanguage(), path]);
    if (meaning !== shown) show(element, accountMenu());
    shown = meaning;
  }
  return { element, update };
}

function accountMenu() {
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
