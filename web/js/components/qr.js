// A ticket's code as a QR picture. Only pages with tickets load the library; without it the ticket
// shows its code in letters.

import { h, svg } from "../core/dom.js";
import { t } from "../i18n/index.js";

const LIBRARY = "/vendor/lean-qr@2.7.4/index.mjs";
const QUIET = 4;

// Capital letters, digits and a few signs only: QR packs these a third smaller.
export function ticketCode(payment, seat) {
  return `STAGEDOOR:${payment.payment_id}:${payment.date_id}:${seat.number}`.toUpperCase();
}

export function qrCode(text) {
  const box = h("div", {
    class: "qr",
    role: "img",
    "aria-label": t("ticket.code", { code: text }),
  });
  import(LIBRARY).then(
    ({ generate }) => box.append(draw(generate(text))),
    () => box.append(h("p", { class: "qr-letters" }, text)),
  );
  return box;
}

function draw(bitmap) {
  const size = bitmap.size + 2 * QUIET;
  let path = "";
  for (let y = 0; y < bitmap.size; y += 1) {
    for (let x = 0; x < bitmap.size; x += 1) {
      if (bitmap.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    }
  }
  return svg(
    "svg",
    { viewBox: `0 0 ${size} ${size}`, "shape-rendering": "crispEdges", "aria-hidden": "true" },
    svg("path", { d: path, fill: "#000" }),
  );
}
