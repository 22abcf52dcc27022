// Stands in for a page that needs a signed-in user, and leads back to it after the sign-in.

import { t } from "../i18n/index.js";
import { empty, linkButton } from "./controls.js";

export function signInFirst(path) {
  const then = encodeURIComponent(path);
  const title = t("account.first_title");
  const ways = [
    linkButton(t("account.sign_up"), `/sign-up?then=${then}`, { kind: "primary" }),
    linkButton(t("account.sign_in"), `/sign-in?then=${then}`),
  ];
  return { title, element: empty(title, t("account.first_text"), { heading: "h1", ways }) };
}
