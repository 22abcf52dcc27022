// Repeats an action while the page is visible; a hidden page sends no requests.

import { wakeIn } from "./wake.js";

// act() is called at once and then `everyMs` after it has ended. Returns a function that stops it.
export function repeatWhileSeen(everyMs, act) {
  let stopped = false;
  let cancel = () => {};

  async function turn() {
    if (stopped || document.hidden) return;
    await act();
    cancel();
    if (!stopped) cancel = wakeIn(everyMs, turn);
  }

  function onSeen() {
    if (document.hidden) return;
    cancel();
    turn();
  }

  document.addEventListener("visibilitychange", onSeen);
  turn();
  return () => {
    stopped = true;
    cancel();
    document.removeEventListener("visibilitychange", onSeen);
  };
}
