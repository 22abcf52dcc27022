// A list that updates its rows in place: each row stays the same element, so that the focus is kept
// and a press does not miss a button that was just replaced.

export class KeptList {
  // keyOf(item) tells items apart; make(item) returns {element, update(item), stop?()}.
  constructor(list, keyOf, make) {
    this.list = list;
    this.keyOf = keyOf;
    this.make = make;
    this.rows = new Map();
  }

  show(items) {
    const wanted = new Map(items.map((item) => [this.keyOf(item), item]));
    for (const [key, row] of this.rows) if (!wanted.has(key)) this.drop(key, row);
    let next = this.list.firstElementChild;
    for (const [key, item] of wanted) {
      const { element } = this.row(key, item);
      if (element === next) next = next.nextElementSibling;
      else this.list.insertBefore(element, next);
    }
  }

  row(key, item) {
    if (!this.rows.has(key)) this.rows.set(key, this.make(item));
    const row = this.rows.get(key);
    row.update(item);
    return row;
  }

  // If the row had the focus, its neighbour gets it.
  drop(key, { element, stop }) {
    if (element.contains(document.activeElement)) {
      const neighbour = element.nextElementSibling ?? element.previousElementSibling;
      (neighbour?.querySelector("a, button") ?? neighbour)?.focus();
    }
    stop?.();
    element.remove();
    this.rows.delete(key);
  }
}
