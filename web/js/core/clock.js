// The server's time. A fan's clock may be hours wrong and deadlines are in the server's time, so
// every answer narrows the bounds of the offset.

export class ServerClock {
  constructor(localNow = Date.now) {
    this.localNow = localNow;
    this.reset();
  }

  reset() {
    this.offsetMin = -Infinity;
    this.offsetMax = Infinity;
  }

  // The server stamped `serverTime` on an answer between `sent` and `received` (local time) and
  // rounded it down to `resolution`: the header Date has whole seconds.
  observe(serverTime, sent, received, resolution = 1000) {
    const min = serverTime - received;
    const max = serverTime + resolution - sent;
    // Outside of the bounds: the local clock has been set.
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
