// Timers that are exact in a background tab, where browsers throttle a page's own timers to one a
// minute and a waiting user would miss the turn. A worker's timers are not throttled.

let worker = null;
let workerFailed = false;
let lastId = 0;
// From id to {callback, at}.
const waiting = new Map();

function startWorker() {
  if (workerFailed || typeof Worker !== "function") return;
  try {
    worker = new Worker(new URL("./wake_worker.js", import.meta.url));
    worker.addEventListener("message", (event) => ring(event.data));
    worker.addEventListener("error", doWithoutWorker);
  } catch {
    doWithoutWorker();
  }
}

// The worker did not load: throttled timers are better than none.
function doWithoutWorker() {
  worker = null;
  workerFailed = true;
  for (const [id, { at }] of waiting) setTimeout(ring, at - Date.now(), id);
}

function ring(id) {
  const item = waiting.get(id);
  waiting.delete(id);
  item?.callback();
}

// Calls back once after `delay` ms. Returns a function that cancels it.
export function wakeIn(delay, callback) {
  if (!worker) startWorker();
  const id = (lastId += 1);
  waiting.set(id, { callback, at: Date.now() + delay });
  if (worker) worker.postMessage({ id, delay: Math.max(0, delay) });
  else setTimeout(ring, Math.max(0, delay), id);
  return () => waiting.delete(id);
}

// The same as a promise, which also ends early when the network is back.
export function pause(delay) {
  return new Promise((resolve) => {
    const end = () => {
      cancel();
      globalThis.removeEventListener?.("online", end);
      resolve();
    };
    const cancel = wakeIn(delay, end);
    globalThis.addEventListener?.("online", end);
  });
}
