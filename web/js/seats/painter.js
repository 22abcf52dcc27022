// Draws the hall on a canvas. Each look of a seat is drawn once per size and then stamped. Where
// seats are small and many the painter copies their pixels itself, several times faster than the
// canvas, so that 20,000 seats take a fraction of a frame.

import { outlineOf } from "./grades.js";
import { STAGE_FROM } from "./layout.js";

const SEAT_SHARE = 0.4;
// A stamp is a little wider than the space of a seat, as picked seats are drawn larger.
const BOX = 1.1;
const LABEL_FROM_PX = 24;
const NAME_FROM_PX = 2;
// In screen pixels; a view shows few seats that are larger.
const COPY_BELOW_PX = 14;

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.stamps = new Map();
    this.stampSize = 0;
  }

  // The colours of the design; the theme changes them.
  readColours() {
    const style = getComputedStyle(this.canvas);
    const read = (name) => style.getPropertyValue(name).trim();
    this.colours = {
      grades: [1, 2, 3, 4, 5, 6].map((n) => read(`--grade-${n}`)),
      sold: read("--seat-sold"),
      held: read("--seat-held"),
      picked: read("--accent"),
      onPicked: read("--on-accent"),
      stage: read("--stage"),
      onStage: read("--on-stage"),
      ink: read("--ink"),
      surface: read("--surface"),
      focus: read("--focus"),
    };
    this.font = read("--font-body");
    this.stamps.clear();
  }

  resize(width, height, ratio) {
    this.ratio = ratio;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.stamps.clear();
  }

  // scene: {seats, plan, grades, isPicked, byStatus, focused, stageName}; byStatus colours
  // sold and held seats, for organisers; otherwise free seats have colours, for fans.
  paint(scene, camera) {
    const { context, ratio } = this;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    if (camera.scale * ratio < COPY_BELOW_PX) {
      this.copySeats(scene, camera);
    } else {
      context.clearRect(0, 0, camera.width, camera.height);
      this.stampSeats(scene, camera);
    }
    this.paintStage(scene, camera);
    this.paintSectionNames(scene, camera);
    if (scene.focused >= 0) this.paintFocus(scene, camera);
  }

  paintStage({ plan, stageName }, camera) {
    const { context, colours } = this;
    const radius = plan.stageRadius * camera.scale;
    const half = plan.angle * 0.4;
    context.fillStyle = colours.stage;
    context.beginPath();
    context.arc(camera.x, camera.y, radius, Math.PI / 2 - half, Math.PI / 2 + half);
    context.arc(
      camera.x,
      camera.y,
      radius * STAGE_FROM,
      Math.PI / 2 + half,
      Math.PI / 2 - half,
      true,
    );
    context.closePath();
    context.fill();
    context.fillStyle = colours.onStage;
    context.font = `600 ${Math.max(10, Math.min(22, radius * 0.16))}px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillText(stageName, camera.x, camera.y + (radius * (1 + STAGE_FROM)) / 2);
  }

  stampSeats(scene, camera) {
    const { context } = this;
    const { scale } = camera;
    const size = scale * BOX;
    this.eachSeen(scene, camera, (seat, look, x, y) => {
      const { canvas } = this.stamp(look, scene.grades.get(seat.grade), scale);
      context.drawImage(canvas, x - size / 2, y - size / 2, size, size);
      if (scale >= LABEL_FROM_PX) this.paintLabel(seat, look, x, y, scale);
    });
  }

  // Replaces all that is on the canvas.
  copySeats(scene, camera) {
    const { width, height } = this.canvas;
    const image = this.context.createImageData(width, height);
    const target = new Uint32Array(image.data.buffer);
    this.eachSeen(scene, camera, (seat, look, x, y) => {
      const { pixels, size } = this.stamp(look, scene.grades.get(seat.grade), camera.scale);
      const left = Math.round(x * this.ratio - size / 2);
      const top = Math.round(y * this.ratio - size / 2);
      if (left < 0 || top < 0 || left + size > width || top + size > height) return;
      for (let row = 0; row < size; row += 1) {
        const start = (top + row) * width + left;
        for (let column = 0; column < size; column += 1) {
          const pixel = pixels[row * size + column];
          if (pixel !== 0) target[start + column] = pixel;
        }
      }
    });
    this.context.putImageData(image, 0, 0);
  }

  eachSeen(scene, camera, draw) {
    const { seats, plan } = scene;
    const { scale, width, height } = camera;
    for (let i = 0; i < seats.length; i += 1) {
      const x = plan.x[i] * scale + camera.x;
      const y = plan.y[i] * scale + camera.y;
      if (x < -scale || y < -scale || x > width + scale || y > height + scale) continue;
      draw(seats[i], lookOf(scene, seats[i]), x, y);
    }
  }

  paintLabel(seat, look, x, y, scale) {
    if (look === "sold") return;
    const { context, colours } = this;
    const text = String(seat.label);
    const pixels = Math.min(scale * 0.3, (scale * 1.05) / Math.max(2, text.length));
    context.font = `600 ${pixels}px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.fillStyle =
      look === "free"
        ? "#fff"
        : look === "picked" || look === "status.SOLD"
          ? colours.onPicked
          : colours.ink;
    context.fillText(text, x, y + scale * 0.02);
  }

  // {canvas, pixels, size} of a look at this scale, in pixels of the screen
  stamp(look, grade, scale) {
    const size = Math.max(2, Math.ceil(scale * BOX * this.ratio));
    if (size !== this.stampSize) {
      this.stamps.clear();
      this.stampSize = size;
    }
    const name = `${look}.${grade.colour}`;
    if (!this.stamps.has(name)) this.stamps.set(name, this.makeStamp(look, grade, size));
    return this.stamps.get(name);
  }

  makeStamp(look, grade, size) {
    const canvas = document.createElement("canvas");
    canvas.width = size;
    canvas.height = size;
    const context = canvas.getContext("2d");
    context.translate(size / 2, size / 2);
    this.drawLook(context, look, grade, (size / BOX) * SEAT_SHARE);
    const { data } = context.getImageData(0, 0, size, size);
    return { canvas, pixels: new Uint32Array(data.buffer), size };
  }

  drawLook(context, look, grade, radius) {
    const { colours } = this;
    if (look.startsWith("status")) {
      trace(context, grade.shape, radius);
      context.fillStyle = { AVAILABLE: colours.sold, HELD: colours.held, SOLD: colours.picked }[
        look.slice(7)
      ];
      context.fill();
    } else if (look === "sold") {
      trace(context, "circle", radius * 0.45);
      context.fillStyle = colours.sold;
      context.fill();
    } else if (look === "held") {
      trace(context, grade.shape, radius * 0.85);
      context.lineWidth = Math.max(1, radius * 0.28);
      context.strokeStyle = colours.held;
      context.stroke();
    } else {
      trace(context, grade.shape, look === "picked" ? radius * 1.25 : radius);
      context.fillStyle = look === "picked" ? colours.picked : colours.grades[grade.colour - 1];
      context.fill();
    }
  }

  paintSectionNames({ plan }, camera) {
    const { context, colours } = this;
    if (camera.scale < NAME_FROM_PX) return;
    context.font = `600 12px ${this.font}`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const section of plan.sections) {
      if (!section.name) continue;
      const x = section.x * camera.scale + camera.x;
      const y = section.y * camera.scale + camera.y;
      const width = context.measureText(section.name).width + 14;
      context.fillStyle = colours.surface;
      context.beginPath();
      context.roundRect(x - width / 2, y - 10, width, 20, 10);
      context.fill();
      context.fillStyle = colours.ink;
      context.fillText(section.name, x, y + 1);
    }
  }

  paintFocus({ plan, focused }, camera) {
    const { context } = this;
    const x = plan.x[focused] * camera.scale + camera.x;
    const y = plan.y[focused] * camera.scale + camera.y;
    const radius = Math.max(6, camera.scale * 0.62);
    for (const [width, colour] of [
      [5, this.colours.surface],
      [2.5, this.colours.focus],
    ]) {
      context.lineWidth = width;
      context.strokeStyle = colour;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}

function lookOf(scene, seat) {
  if (scene.byStatus) return `status.${seat.status}`;
  if (scene.isPicked(seat.number)) return "picked";
  if (seat.status === "AVAILABLE") return "free";
  return seat.status === "HELD" ? "held" : "sold";
}

function trace(context, shape, radius) {
  const outline = outlineOf(shape);
  context.beginPath();
  if (!outline) {
    context.arc(0, 0, radius, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([x, y], i) =>
    i === 0 ? context.moveTo(x * radius, y * radius) : context.lineTo(x * radius, y * radius),
  );
  context.closePath();
}
