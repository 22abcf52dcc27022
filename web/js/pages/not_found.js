// For an address that leads nowhere.

import { empty, linkButton } from "../components/controls.js";
import { t } from "../i18n/index.js";

export function page() {
  const ways = [linkButton(t("way.to_concerts"), "/", { kind: "primary" })];
  return {
    title: t("problem.not_found"),
    element: empty(t("not_found.title"), t("not_found.text"), { heading: "h1", ways }),
  };
}
