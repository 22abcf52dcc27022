// What is picked on the map of a date; a reload of the tab keeps it.

import { ofTab } from "../core/storage.js";

export class Picks {
  constructor(dateId, max) {
    this.name = `picks.${dateId}`;
    this.max = max;
    this.numbers = new Set(ofTab.read(this.name) ?? []);
  }

  has(number) {
    return this.numbers.has(number);
  }

  get size() {
    return this.numbers.size;
  }

  get list() {
    return [...this.numbers].sort((a, b) => a - b);
  }

  // Returns 'added', 'removed' or 'full'.
  toggle(number) {
    if (this.numbers.delete(number)) return this.save("removed");
    if (this.numbers.size >= this.max) return "full";
    this.numbers.add(number);
    return this.save("added");
  }

  // Drops the picks that are no longer free and returns them.
  keepOnly(free) {
    const lost = this.list.filter((number) => !free(number));
    for (const number of lost) this.numbers.delete(number);
    if (lost.length > 0) this.save();
    return lost;
  }

  clear() {
    this.numbers.clear();
    this.save();
  }

  save(result) {
    ofTab.write(this.name, this.list);
    return result;
  }
}
