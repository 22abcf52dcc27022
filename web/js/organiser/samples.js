// Samples of the last minutes of a sale, as the API tells only the present. A reload keeps them.

import { ofTab } from "../core/storage.js";

const KEPT = 120;
const LONGEST_GAP_MS = 60_000;

export class Samples {
  constructor(concertId, store = ofTab) {
    this.store = store;
    this.name = `samples.${concertId}`;
    this.samples = store.read(this.name) ?? [];
  }

  // Adds the API's figures of a time (ms). After a long gap the samples begin anew.
  add(at, { queue, revenue }) {
    const last = this.samples.at(-1);
    if (last && (at <= last.at || at - last.at > LONGEST_GAP_MS)) this.samples = [];
    this.samples.push({
      at,
      waiting: queue.waiting,
      admitted: queue.admitted_total,
      revenue,
    });
    this.samples = this.samples.slice(-KEPT);
    this.store.write(this.name, this.samples);
  }

  of(name) {
    return this.samples.map((sample) => sample[name]);
  }

  admissionsPerSecond() {
    return this.samples.slice(1).map((sample, i) => {
      const before = this.samples[i];
      return (Math.max(0, sample.admitted - before.admitted) * 1000) / (sample.at - before.at);
    });
  }
}
