// A pseudo-random generator seeded by a text: the same text gives the same numbers everywhere.

export function seedOf(text) {
  let seed = 2166136261;
  for (let i = 0; i < text.length; i += 1) {
    seed = Math.imul(seed ^ text.charCodeAt(i), 16777619);
  }
  return seed >>> 0;
}

export class Random {
  constructor(seed) {
    this.state = seed;
  }

  // 0 <= n < 1
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  }

  between(min, max) {
    return min + (max - min) * this.next();
  }

  whole(min, max) {
    return Math.floor(this.between(min, max + 1));
  }

  choose(items) {
    return items[this.whole(0, items.length - 1)];
  }
}
