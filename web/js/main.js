// Shows the page of the address in the shell, and another one when the address changes.

import { onSessionChange } from "./api/session.js";
import { say, setTitle } from "./core/announce.js";
import { focusOn, show } from "./core/dom.js";
import { Router } from "./core/router.js";
import { applyTheme, followSystem } from "./core/theme.js";
import { shell } from "./components/shell.js";
import { loading } from "./components/controls.js";
import { notice } from "./components/notice.js";
import { OFFLINE, Problem } from "./api/problem.js";
import { chooseLanguage } from "./i18n/index.js";
import { start as startLine } from "./line/line.js";
import { announceTurns } from "./components/announce_turn.js";

// A page is a function of {params, query} that returns {title, element, dispose?}.
const router = new Router([
  ["/", () => import("./pages/concerts.js")],
  ["/sign-in", () => import("./pages/account.js")],
  ["/sign-up", () => import("./pages/account.js")],
  ["/concerts/:concert", () => import("./pages/concert.js")],
  ["/concerts/:concert/line", () => import("./pages/line.js")],
  ["/concerts/:concert/seats", () => import("./pages/seats.js")],
  ["/concerts/:concert/seats/:date", () => import("./pages/seats.js")],
  ["/reservations/:reservation", () => import("./pages/hold.js")],
  ["/tickets", () => import("./pages/tickets.js")],
  ["/tickets/:payment", () => import("./pages/tickets.js")],
  ["/wallet", () => import("./pages/wallet.js")],
  ["/organiser", () => import("./pages/organiser.js")],
  ["/organiser/new", () => import("./pages/organiser_new.js")],
  ["/organiser/concerts/:concert", () => import("./pages/organiser_sale.js")],
]);

// A page that takes longer than this to load shows a loading sign.
const SLOW_MS = 400;

let current = null;
let visits = 0;

async function visit() {
  const visitNumber = (visits += 1);
  const path = location.hash.slice(1) || "/";
  const route = router.match(path) ?? {
    load: () => import("./pages/not_found.js"),
    params: {},
    query: new URLSearchParams(),
  };
  const isLate = () => visitNumber !== visits;
  const slow = setTimeout(() => isLate() || leave(loading()), SLOW_MS);
  const page = await open(route, path);
  clearTimeout(slow);
  // The address has changed while this page was loading.
  if (isLate()) {
    page.dispose?.();
    return;
  }
  leave(page.element);
  current = page;
  setTitle(page.title);
  frame.update(path.split("?")[0]);
  if (visitNumber > 1) arrive(page);
}

function leave(next) {
  current?.dispose?.();
  current = null;
  show(frame.main, next);
}

async function open(route, path) {
  const module = await route.load().catch(() => null);
  if (module) return module.page({ params: route.params, query: route.query, path });
  // The page's module did not load.
  return { title: "", element: notice(new Problem(OFFLINE), { retry: () => location.reload() }) };
}

// The focus of keyboard and screen reader moves to the new page.
function arrive(page) {
  focusOn(frame.main.querySelector("h1") ?? frame.main);
  globalThis.scrollTo(0, 0);
  say(page.title);
}

await chooseLanguage();
applyTheme();
followSystem();
startLine();
announceTurns();
const frame = shell();
show(document.getElementById("app"), frame.element);
show(frame.main, loading());
globalThis.addEventListener("hashchange", visit);
globalThis.addEventListener("languagechange", visit);
onSessionChange(visit);
visit();
