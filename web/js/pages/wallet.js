// The prepaid money: balance, top-up, and every movement.

import { accounts } from "../api/calls.js";
import { currentUser } from "../api/session.js";
import { knownBalance, onBalanceChange, refreshBalance } from "../api/wallet.js";
import { empty, pagedList } from "../components/controls.js";
import { messageBox, notice } from "../components/notice.js";
import { signInFirst } from "../components/sign_in_first.js";
import { topUpForm } from "../components/top_up.js";
import { say } from "../core/announce.js";
import { dayAndTime, money } from "../core/format.js";
import { h, setText, show } from "../core/dom.js";
import { t } from "../i18n/index.js";

export function page({ path }) {
  if (!currentUser()) return signInFirst(path);
  const balance = h("p", { class: "wallet-balance", "data-testid": "balance" }, "…");
  const problems = messageBox();
  const entries = h("div");
  const showBalance = () => {
    if (knownBalance() !== null) setText(balance, money(knownBalance()));
  };
  const showEntries = () => show(entries, ledger());
  const stop = onBalanceChange(showBalance);
  const askBalance = () =>
    refreshBalance().then(
      () => show(problems),
      (problem) => show(problems, notice(problem, { retry: askBalance })),
    );
  askBalance();
  showBalance();
  showEntries();
  const onDone = (answer) => {
    say(t("wallet.topped_up", { amount: money(answer.amount), balance: money(answer.balance) }));
    showEntries();
  };
  return {
    title: t("wallet.title"),
    dispose: stop,
    element: h(
      "div",
      {},
      h("h1", {}, t("wallet.title")),
      problems,
      h(
        "div",
        { class: "wallet" },
        h(
          "section",
          { class: "sheet wallet-card", "aria-label": t("wallet.balance") },
          h("p", { class: "quiet" }, t("wallet.balance")),
          balance,
          topUpForm({ onDone }),
        ),
        h("section", {}, h("h2", {}, t("wallet.ledger")), entries),
      ),
    ),
  };
}

function ledger() {
  return pagedList({
    load: accounts.ledger,
    row: (entry) =>
      h(
        "div",
        { class: `entry entry-${entry.kind.toLowerCase()}`, "data-kind": entry.kind },
        h("span", { class: "entry-kind" }, t(`entry.${entry.kind}`)),
        h("time", { class: "quiet", datetime: entry.at }, dayAndTime(entry.at)),
        h(
          "span",
          { class: "entry-amount" },
          `${entry.amount > 0 ? "+" : "−"}${money(Math.abs(entry.amount))}`,
        ),
        h(
          "span",
          { class: "quiet entry-after" },
          t("wallet.after", { balance: money(entry.balance_after) }),
        ),
      ),
    whenEmpty: () => empty(t("wallet.empty"), t("wallet.empty_text")),
    onProblem: (problem, retry) => notice(problem, { retry }),
  });
}
