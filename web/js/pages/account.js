// Signing up and signing in; both lead on to the page that asked for it.

import { accounts } from "../api/calls.js";
import { currentUser, setSession } from "../api/session.js";
import { checkFields, field, whileBusy } from "../components/controls.js";
import { messageBox, notice } from "../components/notice.js";
import { h, show } from "../core/dom.js";
import { replaceBy } from "../core/router.js";
import { t } from "../i18n/index.js";

export function page({ path, query }) {
  const isNew = path.startsWith("/sign-up");
  const then = query.get("then") || "/";
  const kind = isNew ? "sign_up" : "sign_in";
  if (currentUser()) {
    // After this page has been shown: two changes of the address at once would be one.
    setTimeout(() => replaceBy(then));
    return { title: t(`account.${kind}`), element: h("div") };
  }
  return { title: t(`account.${kind}`), element: form(kind, isNew, then) };
}

function form(kind, isNew, then) {
  const name = isNew
    ? field(t("account.name"), {
        name: "name",
        required: true,
        maxlength: 100,
        autocomplete: "name",
      })
    : null;
  const email = field(t("account.email"), {
    name: "email",
    type: "email",
    required: true,
    maxlength: 254,
    autocomplete: "email",
  });
  const password = field(t("account.password"), {
    name: "password",
    type: "password",
    required: true,
    minlength: isNew ? 10 : null,
    maxlength: 128,
    hint: isNew ? t("account.password_hint") : "",
    autocomplete: isNew ? "new-password" : "current-password",
  });
  const fields = [name, email, password].filter(Boolean);
  const problems = messageBox();
  const submit = h("button", { class: "button button-primary button-wide" }, t(`account.${kind}`));

  async function send(event) {
    event.preventDefault();
    if (!checkFields(fields)) return;
    await whileBusy(submit, async () => {
      try {
        setSession(
          isNew
            ? await signUp(name.value, email.value, password.value)
            : await signIn(email.value, password.value),
        );
      } catch (problem) {
        show(problems, notice(problem, { retry: () => submit.click() }));
      }
    });
  }

  const other = isNew ? "sign_in" : "sign_up";
  return h(
    "div",
    { class: "narrow" },
    h("h1", {}, t(`account.${kind}_title`)),
    h("p", { class: "lead" }, t(`account.${kind}_lead`)),
    h(
      "form",
      { class: "sheet form", novalidate: true, onsubmit: send },
      problems,
      fields.map(({ box }) => box),
      submit,
    ),
    h(
      "p",
      { class: "quiet" },
      t(`account.or_${other}`),
      " ",
      h(
        "a",
        { href: `#/${other.replace("_", "-")}?then=${encodeURIComponent(then)}` },
        t(`account.${other}`),
      ),
    ),
  );
}

function signUp(name, email, password) {
  return accounts.signUp(name.trim(), email, password);
}

async function signIn(email, password) {
  const session = await accounts.signIn(email, password);
  const { name } = await accounts.show(session.user_id, session.access_token);
  return { ...session, name };
}
