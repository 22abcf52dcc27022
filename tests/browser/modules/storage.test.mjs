// The client's storage, and what it does without one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./support.mjs";

const { Store } = await load("core/storage.js");

// Like localStorage, which all tabs share.
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

test("an entry that one tab removes is gone in the tab that wrote it", () => {
  const area = new Area();
  const [here, there] = [new Store(() => area), new Store(() => area)];
  here.write("session", { name: "Minji" });
  assert.deepEqual(there.read("session"), { name: "Minji" });
  there.remove("session");
  assert.equal(here.read("session"), null);
  assert.deepEqual(here.names(""), []);
});

test("without storage, or with a full one, the tab keeps its entries in memory", () => {
  for (const store of [new Store(forbidden), new Store(() => new Area({ isFull: true }))]) {
    store.write("place.u.1", [1]);
    assert.deepEqual(store.read("place.u.1"), [1]);
    assert.deepEqual(store.names("place.u."), ["place.u.1"]);
    store.remove("place.u.1");
    assert.equal(store.read("place.u.1"), null);
  }
});

test("an unreadable entry counts as none", () => {
  const area = new Area();
  area.setItem("stagedoor.theme", "{");
  assert.equal(new Store(() => area).read("theme"), null);
});
