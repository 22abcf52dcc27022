// The hold that is not paid yet, so that every page can link to it.

import { currentUser } from "../api/session.js";
import { clock } from "../core/clock.js";
import { lasting, onOtherTab } from "../core/storage.js";

const events = new EventTarget();
const name = () => `hold.${currentUser()?.user_id}`;

// {reservationId, concertId, title, heldUntil}, or null
export function openHold() {
  const hold = currentUser() && lasting.read(name());
  return hold && Date.parse(hold.heldUntil) > clock.now() ? hold : null;
}

// Stores a HELD reservation; forgets one that is no longer held.
export function noteReservation(reservation) {
  const kept = lasting.read(name());
  if (reservation.status === "HELD") {
    lasting.write(name(), {
      reservationId: reservation.reservation_id,
      concertId: reservation.concert_id,
      title: reservation.concert_title,
      heldUntil: reservation.held_until,
    });
  } else if (kept?.reservationId === reservation.reservation_id) {
    lasting.remove(name());
  }
  events.dispatchEvent(new Event("change"));
}

export function onHoldChange(callback) {
  events.addEventListener("change", callback);
}

onOtherTab((changed) => changed === name() && events.dispatchEvent(new Event("change")));
