// The map of a hall: a canvas to drag, zoom and click, and to walk over with the arrow keys. A live
// region reads out the seat under the keyboard focus.

import { h, setText } from "../core/dom.js";
import { t } from "../i18n/index.js";
import { Camera } from "./camera.js";
import { gradesOf } from "./grades.js";
import { layOut, neighbour, seatAt } from "./layout.js";
import { Painter } from "./painter.js";

const DRAG_FROM_PX = 6;
const ZOOM_STEP = 1.5;
// A click on smaller seats than this means "closer" before it means a seat.
const CLICK_FROM_PX = 9;
const TOUCH_FROM_PX = 18;
const CLOSE_PX = 30;

export class SeatMap {
  // onPick(seat) after a click or a key; isPicked(number); describe(seat) returns its words.
  constructor({ onPick, isPicked = () => false, byStatus = false, describe, label }) {
    this.onPick = onPick;
    this.describe = describe;
    this.camera = new Camera();
    this.scene = {
      seats: [],
      plan: layOut([]),
      grades: new Map(),
      isPicked,
      byStatus,
      focused: -1,
      stageName: t("seats.stage"),
    };
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.spoken = h("p", { class: "visually-hidden", "aria-live": "polite" });
    this.help = h("p", { class: "visually-hidden", id: "seat-map-help" }, t("seats.keys"));
    this.field = h(
      "div",
      {
        class: "seat-map-field",
        tabindex: "0",
        role: "application",
        "aria-label": label,
        "aria-describedby": "seat-map-help",
      },
      this.canvas,
    );
    this.element = h(
      "div",
      { class: "seat-map" },
      this.field,
      this.spoken,
      this.help,
      this.zoomButtons(),
    );
    this.painter = new Painter(this.canvas);
    this.pointers = new Map();
    this.listen();
  }

  get grades() {
    return this.scene.grades;
  }

  // seats: the listing of the API. The layout is computed anew only for another hall.
  setSeats(seats) {
    const sameHall =
      seats.length === this.scene.seats.length &&
      seats.at(-1)?.number === this.scene.seats.at(-1)?.number;
    this.scene.seats = seats;
    this.scene.grades = gradesOf(seats);
    if (!sameHall) {
      this.scene.plan = layOut(seats);
      this.scene.focused = -1;
      this.camera.setBounds(this.scene.plan.bounds);
    }
    this.repaint();
  }

  repaint() {
    if (this.painting) return;
    this.painting = requestAnimationFrame(() => {
      this.painting = 0;
      if (!this.painter.colours) this.painter.readColours();
      if (this.camera.width > 1) this.painter.paint(this.scene, this.camera);
    });
  }

  dispose() {
    this.sizes.disconnect();
    globalThis.removeEventListener("themechange", this.onTheme);
    cancelAnimationFrame(this.painting);
  }

  zoomButtons() {
    const button = (text, label, act) =>
      h(
        "button",
        { type: "button", class: "map-button", "aria-label": label, title: label, onclick: act },
        text,
      );
    return h(
      "div",
      { class: "map-buttons" },
      button("+", t("seats.zoom_in"), () => this.zoom(ZOOM_STEP)),
      button("−", t("seats.zoom_out"), () => this.zoom(1 / ZOOM_STEP)),
      button("⤢", t("seats.zoom_all"), () => this.fit()),
    );
  }

  zoom(factor) {
    this.camera.zoomAt(this.camera.width / 2, this.camera.height / 2, factor);
    this.repaint();
  }

  fit() {
    this.camera.fit();
    this.repaint();
  }

  listen() {
    const { field } = this;
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(field);
    this.onTheme = () => {
      this.painter.readColours();
      this.repaint();
    };
    globalThis.addEventListener("themechange", this.onTheme);
    field.addEventListener("pointerdown", (event) => this.pointerDown(event));
    field.addEventListener("pointermove", (event) => this.pointerMove(event));
    field.addEventListener("pointerup", (event) => this.pointerUp(event));
    field.addEventListener("pointercancel", (event) => this.pointerGone(event));
    field.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    field.addEventListener("keydown", (event) => this.keyDown(event));
    field.addEventListener("focus", () => this.keyboardEnters());
    field.addEventListener("blur", () => this.setFocused(-1));
  }

  resize() {
    const { clientWidth, clientHeight } = this.field;
    this.painter.resize(clientWidth, clientHeight, globalThis.devicePixelRatio || 1);
    this.camera.setView(clientWidth, clientHeight);
    this.repaint();
  }

  pointerDown(event) {
    // Only the main button drags and picks.
    if (event.button !== 0) return;
    // Focus that comes from a click is not keyboard focus.
    this.pointing = true;
    this.field.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.offsetX, y: event.offsetY, moved: 0 });
  }

  pointerMove(event) {
    const pointer = this.pointers.get(event.pointerId);
    if (!pointer) {
      this.hover(event);
      return;
    }
    const before = [...this.pointers.values()].map(({ x, y }) => ({ x, y }));
    pointer.moved += Math.hypot(event.offsetX - pointer.x, event.offsetY - pointer.y);
    pointer.x = event.offsetX;
    pointer.y = event.offsetY;
    if (pointer.moved < DRAG_FROM_PX) return;
    this.drag(before, [...this.pointers.values()]);
    this.repaint();
  }

  // One finger moves the hall, two also zoom it.
  drag(before, after) {
    const [from, to] = [middle(before), middle(after)];
    this.camera.pan(to.x - from.x, to.y - from.y);
    if (after.length === 2) {
      this.camera.zoomAt(to.x, to.y, spread(after) / Math.max(1, spread(before)));
    }
  }

  pointerUp(event) {
    const pointer = this.pointers.get(event.pointerId);
    this.pointerGone(event);
    if (pointer && pointer.moved < DRAG_FROM_PX) this.click(pointer, event.pointerType);
  }

  pointerGone(event) {
    this.pointers.delete(event.pointerId);
    this.pointing = false;
  }

  click({ x, y }, pointerType) {
    const smallest = pointerType === "touch" ? TOUCH_FROM_PX : CLICK_FROM_PX;
    const point = this.camera.toHall(x, y);
    if (this.camera.scale < Math.min(smallest, this.camera.scaleMax)) {
      this.camera.zoomAt(x, y, CLOSE_PX / this.camera.scale);
      this.repaint();
      return;
    }
    const index = seatAt(this.scene.plan, point.x, point.y);
    if (index >= 0) this.pick(index);
  }

  pick(index) {
    this.onPick?.(this.scene.seats[index]);
    this.repaint();
    if (this.scene.focused === index) this.speak(index);
  }

  hover(event) {
    const point = this.camera.toHall(event.offsetX, event.offsetY);
    const index = seatAt(this.scene.plan, point.x, point.y);
    this.field.title = index >= 0 ? this.describe(this.scene.seats[index]) : "";
    this.field.classList.toggle("over-seat", index >= 0);
  }

  wheel(event) {
    event.preventDefault();
    this.camera.zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY / 300));
    this.repaint();
  }

  keyboardEnters() {
    if (this.pointing || this.scene.focused >= 0 || this.scene.seats.length === 0) return;
    const free = this.scene.seats.findIndex((seat) => seat.status === "AVAILABLE");
    this.moveTo(Math.max(0, free));
  }

  keyDown(event) {
    const act = this.keyActions()[event.key];
    if (!act || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  }

  keyActions() {
    const walk = (direction) => () => {
      const { focused, plan } = this.scene;
      this.moveTo(focused < 0 ? 0 : neighbour(plan, focused, direction));
    };
    const pick = () => this.scene.focused >= 0 && this.pick(this.scene.focused);
    return {
      ArrowLeft: walk("left"),
      ArrowRight: walk("right"),
      ArrowUp: walk("up"),
      ArrowDown: walk("down"),
      Enter: pick,
      " ": pick,
      "+": () => this.zoom(ZOOM_STEP),
      "-": () => this.zoom(1 / ZOOM_STEP),
      0: () => this.fit(),
      n: () => this.toNextFree(1),
      p: () => this.toNextFree(-1),
    };
  }

  // Skips taken seats.
  toNextFree(step) {
    const { seats, focused } = this.scene;
    for (let i = 1; i <= seats.length; i += 1) {
      const index = (Math.max(0, focused) + step * i + 2 * seats.length) % seats.length;
      if (seats[index].status === "AVAILABLE") {
        this.moveTo(index);
        return;
      }
    }
  }

  moveTo(index) {
    if (this.scene.seats.length === 0) return;
    this.camera.show(this.scene.plan.x[index], this.scene.plan.y[index], TOUCH_FROM_PX);
    this.setFocused(index);
    this.speak(index);
  }

  setFocused(index) {
    this.scene.focused = index;
    this.repaint();
  }

  speak(index) {
    setText(this.spoken, this.describe(this.scene.seats[index]));
  }
}

function middle(points) {
  const sum = points.reduce((total, point) => ({ x: total.x + point.x, y: total.y + point.y }), {
    x: 0,
    y: 0,
  });
  return { x: sum.x / points.length, y: sum.y / points.length };
}

function spread([a, b]) {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
