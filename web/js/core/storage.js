// What the browser remembers. A browser that refuses storage (private windows, full disk) still
// works until the tab is closed.

const PREFIX = "stagedoor.";

export class Store {
  constructor(open) {
    // Only entries that the area refused: other tabs may change those in it.
    this.memory = new Map();
    try {
      this.area = open();
    } catch {
      this.area = null;
    }
  }

  read(name) {
    try {
      const text = this.memory.get(name) ?? this.area?.getItem(PREFIX + name) ?? null;
      return JSON.parse(text);
    } catch {
      return null;
    }
  }

  write(name, value) {
    const text = JSON.stringify(value);
    try {
      this.area.setItem(PREFIX + name, text);
      this.memory.delete(name);
    } catch {
      this.memory.set(name, text);
    }
  }

  remove(name) {
    this.memory.delete(name);
    try {
      this.area?.removeItem(PREFIX + name);
    } catch {
      // It is gone from memory at least.
    }
  }

  // The names that begin with `start`.
  names(start) {
    const stored = [];
    for (let i = 0; i < (this.area?.length ?? 0); i += 1) stored.push(this.area.key(i));
    const own = stored
      .filter((key) => key.startsWith(PREFIX))
      .map((key) => key.slice(PREFIX.length));
    return [...new Set([...own, ...this.memory.keys()])].filter((name) => name.startsWith(start));
  }
}

// Outlives the tab: session, places in line, unanswered intents.
export const lasting = new Store(() => globalThis.localStorage);

// Ends with the tab: picked seats, the organiser's token.
export const ofTab = new Store(() => globalThis.sessionStorage);

// Calls back with the name of each entry that another tab has changed.
export function onOtherTab(callback) {
  globalThis.addEventListener?.("storage", ({ key }) => {
    if (key?.startsWith(PREFIX)) callback(key.slice(PREFIX.length));
  });
}
