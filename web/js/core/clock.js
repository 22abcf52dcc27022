// The server's time. A fan's clock may be hours wrong, and deadlines are the server's: so every
// answer narrows down how far the two are apart.

export class ServerClock {
  constructor(localNow = Date.now) {
    this.localNow = localNow;
    this.reset();
  }

  reset() {
    this.offsetMin = -Infinity;
    this.offsetMax = Infinity;
  }

  // An answer that was asked for at `sent` and had arrived at `received` (local) was made at
  // `serverTime`, which is cut to `resolution`: `Date` knows whole seconds only.
  observe(serverTime, sent, received, resolution = 1000) {
    const min = serverTime - received;
    const max = serverTime + resolution - sent;
    // Nothing in common with what was known: somebody has set the local clock.
    if (min > this.offsetMax || max < this.offsetMin) this.reset();
    this.offsetMin = Math.max(this.offsetMin, min);
    this.offsetMax = Math.min(this.offsetMax, max);
  }

  get offset() {
    if (this.offsetMin === -Infinity) return 0;
    return (this.offsetMin + this.offsetMax) / 2;
  }

  now() {
    return this.localNow() + this.offset;
  }
}

export const clock = new ServerClock();
