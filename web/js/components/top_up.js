// Tops up the balance: a few preset amounts, and a field for another one.

import { finishTopUp, topUp, unansweredTopUp } from "../api/wallet.js";
import { money } from "../core/format.js";
import { h, setText, show } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { button, checkFields, field, whileBusy } from "./controls.js";
import { hint, messageBox, notice } from "./notice.js";

const AMOUNT_MAX = 10_000_000;
const PRESETS = [50_000, 100_000, 200_000, 500_000];

// missing: the least amount that is needed, preset in the field. onDone(answer) after each top-up.
export function topUpForm({ missing = null, onDone = () => {} } = {}) {
  const messages = messageBox();
  const amount = field(t("wallet.amount"), {
    type: "number",
    inputmode: "numeric",
    min: 1,
    max: AMOUNT_MAX,
    step: 1,
    required: true,
    value: missing === null ? PRESETS[1] : Math.min(missing, AMOUNT_MAX),
    oninput: () => update(),
  });
  const submit = h("button", {
    class: "button button-primary button-wide",
    "data-testid": "top-up",
  });

  function update() {
    setText(submit, t("wallet.top_up_amount", { amount: money(Number(amount.value) || 0) }));
  }

  async function run(act) {
    await whileBusy(submit, async () => {
      try {
        const answer = await act({
          onRetry: (problem) => show(messages, notice(problem), hint(t("wallet.kept"))),
        });
        show(messages);
        if (answer) onDone(answer);
      } catch (problem) {
        show(messages, notice(problem, { retry: () => run(act) }));
      }
    });
  }

  function send(event) {
    event.preventDefault();
    const wanted = Number(amount.value);
    if (checkFields([amount])) run((options) => topUp(wanted, options));
  }

  const presets = PRESETS.map((value) =>
    button(money(value), {
      class: "chip",
      onclick: () => {
        amount.input.value = value;
        update();
      },
    }),
  );
  update();
  if (unansweredTopUp() !== null) {
    show(messages, hint(t("wallet.unanswered", { amount: money(unansweredTopUp()) })));
    run(finishTopUp);
  }
  return h(
    "form",
    { class: "top-up", novalidate: true, onsubmit: send },
    messages,
    h("div", { class: "presets", role: "group", "aria-label": t("wallet.presets") }, presets),
    amount.box,
    submit,
  );
}
