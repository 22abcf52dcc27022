// Tells the user on every page, in a hidden tab too, that the turn has come or a place has ended.

import { alertAll, notify, setTitle } from "../core/announce.js";
import { goTo } from "../core/router.js";
import { t } from "../i18n/index.js";
import { onPlaceChange } from "../line/line.js";
import { endText } from "./problem_text.js";

export function announceTurns() {
  onPlaceChange((place, before) => {
    if (!place || !before || place.state.token_id !== before.state.token_id) return;
    const [now, then] = [place.state.status, before.state.status];
    if (now === then) return;
    if (now === "ACTIVE") announceTurn(place);
    if (now === "EXPIRED" && place.state.expired_reason !== "PAID") {
      alertAll(`${place.title}: ${endText(place.state.expired_reason)}`);
    }
  });
}

function announceTurn({ concertId, title }) {
  setTitle(t("line.turn_title", { title }));
  alertAll(t("line.turn_spoken", { title }));
  notify(t("line.turn"), t("line.turn_spoken", { title }), () =>
    goTo(`/concerts/${concertId}/seats`),
  );
}
