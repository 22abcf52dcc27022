// What the browser remembers, and what it refuses to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./support.mjs";

const { Store } = await load("core/storage.js");

// Like localStorage, of which all tabs see the same.
class Area {
  constructor({ isFull = false } = {}) {
    this.items = new Map();
    this.isFull = isFull;
  }

  get length() {
    return this.items.size;
  }

  key(i) {
    return [...this.items.keys()][i];
  }

  getItem(name) {
    return this.items.get(name) ?? null;
  }

  setItem(name, text) {
    if (this.isFull) throw new Error("full");
    this.items.set(name, text);
  }

  removeItem(name) {
    this.items.delete(name);
  }
}

const forbidden = () => {
  throw new Error("no storage here");
};

test("what one tab forgets, another that wrote it has forgotten too", () => {
  const area = new Area();
  const [here, there] = [new Store(() => area), new Store(() => area)];
  here.write("session", { name: "Minji" });
  assert.deepEqual(there.read("session"), { name: "Minji" });
  there.remove("session");
  assert.equal(here.read("session"), null);
  assert.deepEqual(here.names(""), []);
});

test("without storage, or with a full one, the tab itself remembers", () => {
  for (const store of [new Store(forbidden), new Store(() => new Area({ isFull: true }))]) {
    store.write("place.u.1", [1]);
    assert.deepEqual(store.read("place.u.1"), [1]);
    assert.deepEqual(store.names("place.u."), ["place.u.1"]);
    store.remove("place.u.1");
    assert.equal(store.read("place.u.1"), null);
  }
});

test("what cannot be read is as good as nothing", () => {
  const area = new Area();
  area.setItem("stagedoor.theme", "{");
  assert.equal(new Store(() => area).read("theme"), null);
});
