// The pictures that posters are made of, on a field of 300 x 400. Each draws with the four colours
// of a palette and a Random of its own.

import { svg } from "../core/dom.js";

const WIDTH = 300;
const HEIGHT = 400;

function line(points) {
  return points
    .map(([x, y], i) => `${i === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`)
    .join("");
}

// Swinging strings over a bow.
export function strings(random, { glow, strong, soft }) {
  const phase = random.between(0, 6);
  const shapes = [svg("circle", { cx: random.between(60, 240), cy: 150, r: 96, fill: strong })];
  for (let i = 0; i < 23; i += 1) {
    const x = 18 + i * 12;
    const swing = 10 * Math.sin(i * 0.55 + phase);
    const points = [];
    for (let y = -4; y <= HEIGHT + 4; y += 8) {
      points.push([x + swing * Math.sin((y / HEIGHT) * Math.PI) * Math.cos(y / 34 + i * 0.4), y]);
    }
    const bold = i % 6 === 2;
    shapes.push(
      svg("path", {
        d: line(points),
        fill: "none",
        stroke: bold ? glow : soft,
        "stroke-width": bold ? 3.5 : 1.2,
      }),
    );
  }
  return shapes;
}

// Curtains of light over a dark land.
export function aurora(random, { glow, strong, soft, deep }) {
  const shapes = [];
  for (let i = 0; i < 46; i += 1) {
    shapes.push(
      svg("circle", {
        cx: random.between(0, WIDTH),
        cy: random.between(0, 260),
        r: random.between(0.5, 1.6),
        fill: soft,
      }),
    );
  }
  [strong, glow, soft].forEach((colour, layer) => {
    const base = 120 + layer * 42;
    const phase = random.between(0, 6);
    for (let x = -6; x < WIDTH + 6; x += 5) {
      const y = base + 38 * Math.sin(x / 58 + phase) + 14 * Math.sin(x / 21 + phase * 2);
      const tall = 70 + 50 * Math.abs(Math.sin(x / 40 + phase * 3));
      shapes.push(
        svg("rect", {
          x,
          y: y - tall,
          width: 4.2,
          height: tall,
          fill: colour,
          opacity: 0.72 - layer * 0.2,
        }),
      );
    }
  });
  const hills = [
    [0, 300],
    [60, 262],
    [110, 288],
    [170, 244],
    [230, 284],
    [300, 256],
    [300, 400],
    [0, 400],
  ];
  shapes.push(svg("path", { d: `${line(hills)}Z`, fill: deep }));
  return shapes;
}

// Rings around a moon that is not in their middle.
export function rings(random, { glow, strong, soft }) {
  const x = random.between(90, 210);
  const shapes = [];
  for (let i = 13; i > 0; i -= 1) {
    shapes.push(
      svg("circle", {
        cx: x + i * random.between(-2.5, 2.5),
        cy: 150 + i * 3,
        r: i * 17,
        fill: "none",
        stroke: i % 4 === 0 ? glow : i % 2 ? strong : soft,
        "stroke-width": i % 4 === 0 ? 7 : 2.4,
      }),
    );
  }
  shapes.push(svg("circle", { cx: x, cy: 150, r: 30, fill: glow }));
  return shapes;
}

// A sun behind the edge of a stage.
export function rays(random, { glow, strong, soft }) {
  const shapes = [];
  const count = random.whole(15, 21);
  for (let i = 0; i < count; i += 1) {
    const from = Math.PI + (i * Math.PI) / count;
    const to = from + Math.PI / count / 1.9;
    const point = (angle) => [150 + 420 * Math.cos(angle), 268 + 420 * Math.sin(angle)];
    shapes.push(
      svg("path", {
        d: `${line([[150, 268], point(from), point(to)])}Z`,
        fill: i % 2 ? strong : soft,
        opacity: i % 2 ? 1 : 0.8,
      }),
    );
  }
  shapes.push(svg("path", { d: "M54 268a96 96 0 0 1 192 0Z", fill: glow }));
  return shapes;
}

// Quarter circles on a grid, turned by chance.
export function tiles(random, { glow, strong, soft }) {
  const shapes = [];
  const side = 60;
  for (let row = 0; row < 5; row += 1) {
    for (let column = 0; column < 5; column += 1) {
      const colour = random.choose([glow, strong, strong, soft, null]);
      if (!colour) continue;
      const turn = random.whole(0, 3) * 90;
      const d =
        random.next() < 0.75
          ? `M0 0h${side}a${side} ${side} 0 0 1 -${side} ${side}Z`
          : `M30 4a26 26 0 1 0 .1 0Z`;
      shapes.push(
        svg("path", {
          d,
          fill: colour,
          transform: `translate(${column * side} ${row * side}) rotate(${turn} 30 30)`,
        }),
      );
    }
  }
  return shapes;
}

// Bars of sound.
export function bars(random, { glow, strong, soft }) {
  const shapes = [];
  const phase = random.between(0, 6);
  for (let i = 0; i < 20; i += 1) {
    const tall =
      40 +
      190 * Math.abs(Math.sin(i * 0.42 + phase) * Math.cos(i * 0.17 + phase)) +
      random.between(0, 24);
    const x = 10 + i * 14.2;
    shapes.push(
      svg("rect", {
        x,
        y: 158 - tall / 2,
        width: 9,
        height: tall,
        rx: 4.5,
        fill: [strong, glow, strong, soft][i % 4],
      }),
    );
  }
  return shapes;
}
