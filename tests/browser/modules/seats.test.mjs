// The layout of a hall: no seat overlaps another, and the keyboard reaches each.

import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./support.mjs";

const { layOut, neighbour, seatAt } = await load("seats/layout.js");
const { gradesOf } = await load("seats/grades.js");
const { Camera } = await load("seats/camera.js");
const { Picks } = await load("seats/picks.js");

function hall(...sections) {
  return sections
    .flatMap((count, i) =>
      Array.from({ length: count }, () => ({
        section: `Section ${i}`,
        grade: "R",
        price: 1,
        status: "AVAILABLE",
      })),
    )
    .map((seat, i) => ({ ...seat, number: i + 1 }));
}

const halls = [
  hall(1),
  hall(3),
  hall(50),
  hall(200, 600, 800, 800),
  hall(2000, 5000, 6000, 7000),
  hall(7, 1, 13),
];

test("no two seats touch", () => {
  for (const seats of halls) {
    const plan = layOut(seats);
    const cells = new Map();
    for (let i = 0; i < seats.length; i += 1) {
      const key = `${Math.floor(plan.x[i])} ${Math.floor(plan.y[i])}`;
      cells.set(key, [...(cells.get(key) ?? []), i]);
    }
    for (let i = 0; i < seats.length; i += 1) {
      for (let dx = -1; dx <= 1; dx += 1) {
        for (let dy = -1; dy <= 1; dy += 1) {
          for (const j of cells.get(
            `${Math.floor(plan.x[i]) + dx} ${Math.floor(plan.y[i]) + dy}`,
          ) ?? []) {
            if (j === i) continue;
            const distance = Math.hypot(plan.x[i] - plan.x[j], plan.y[i] - plan.y[j]);
            assert.ok(distance > 0.9, `${seats.length} seats: ${i} and ${j} are ${distance} apart`);
          }
        }
      }
    }
  }
});

test("every seat is in one row, from the left by number", () => {
  for (const seats of halls) {
    const plan = layOut(seats);
    assert.deepEqual(
      plan.rows.flat(),
      seats.map((_, i) => i),
    );
    for (const row of plan.rows) {
      for (let i = 1; i < row.length; i += 1) assert.ok(plan.x[row[i]] > plan.x[row[i - 1]]);
    }
  }
});

test("a point finds its seat, and the aisle finds none", () => {
  const plan = layOut(hall(200, 600));
  for (const seat of [0, 199, 200, 500])
    assert.equal(seatAt(plan, plan.x[seat] + 0.2, plan.y[seat] - 0.2), seat);
  assert.equal(seatAt(plan, 0, 0), -1);
});

test("arrow keys reach every seat", () => {
  for (const seats of [hall(50), hall(7, 1, 13), hall(200, 600)]) {
    const plan = layOut(seats);
    const reached = new Set([0]);
    const open = [0];
    while (open.length > 0) {
      const from = open.pop();
      for (const direction of ["left", "right", "up", "down"]) {
        const to = neighbour(plan, from, direction);
        if (!reached.has(to)) {
          reached.add(to);
          open.push(to);
        }
      }
    }
    assert.equal(reached.size, seats.length);
  }
});

test("grades are told apart by shape and colour, the dearest first", () => {
  const seats = [
    ["A", 10],
    ["VIP", 90],
    ["S", 50],
  ].map(([grade, price]) => ({ grade, price, status: "AVAILABLE" }));
  const grades = [...gradesOf([...seats, { grade: "S", price: 40, status: "SOLD" }]).values()];
  assert.deepEqual(
    grades.map(({ name }) => name),
    ["VIP", "S", "A"],
  );
  assert.equal(new Set(grades.map(({ shape }) => shape)).size, 3);
  assert.deepEqual([grades[1].available, grades[1].total, grades[1].priceMin], [1, 2, 40]);
});

test("the hall never leaves the view", () => {
  const camera = new Camera();
  camera.setView(800, 600);
  camera.setBounds({ left: -20, right: 20, top: 0, bottom: 30 });
  const whole = camera.scale;
  camera.zoomAt(100, 100, 50);
  assert.ok(camera.scale > whole);
  camera.pan(100_000, -100_000);
  const { x, y } = camera.toHall(400, 300);
  assert.ok(x >= -20 && x <= 20 && y >= 0 && y <= 30);
  camera.zoomAt(0, 0, 0.0001);
  assert.equal(camera.scale, whole);
});

test("a point under the pointer stays there while zooming", () => {
  const camera = new Camera();
  camera.setView(800, 600);
  camera.setBounds({ left: -50, right: 50, top: 0, bottom: 80 });
  camera.zoomAt(400, 300, 4);
  const before = camera.toHall(420, 320);
  camera.zoomAt(420, 320, 1.3);
  const after = camera.toHall(420, 320);
  assert.ok(Math.hypot(before.x - after.x, before.y - after.y) < 1e-6);
});

test("picks stop at the limit and survive a reload", () => {
  const picks = new Picks(99, 2);
  assert.deepEqual(
    [picks.toggle(3), picks.toggle(1), picks.toggle(2), picks.toggle(3)],
    ["added", "added", "full", "removed"],
  );
  assert.deepEqual(new Picks(99, 2).list, [1]);
  assert.deepEqual(
    picks.keepOnly((number) => number !== 1),
    [1],
  );
  assert.equal(picks.size, 0);
});
