// Where the seats of a date stand. The API knows numbers and sections, not coordinates: so the hall
// is drawn as a fan before the stage, section behind section, numbers row by row from the left.
// One unit is the distance of two neighbours.

const ROW_GAP = 1.15;
const SECTION_GAP = 2.7;
const AISLE = 1.1;
const SEATS_PER_BLOCK = 16;
const BLOCKS_MAX = 9;
const STAGE_GAP = 2.6;

// The stage reaches from this share of its outer radius.
export const STAGE_FROM = 0.68;

// Returns {x, y, rows, rowOf, sections, stageRadius, angle, bounds}: x[i], y[i] of seats[i]; rows
// of indices from the left; and the sections {name, x, y} where their names stand.
export function layOut(seats) {
  const hall = shapeOf(seats.length);
  const plan = {
    x: new Float32Array(seats.length),
    y: new Float32Array(seats.length),
    rows: [],
    rowOf: new Uint32Array(seats.length),
    sections: [],
    stageRadius: Math.max(1.5, hall.firstRadius - STAGE_GAP),
    angle: hall.angle,
  };
  let radius = hall.firstRadius;
  for (const section of sectionsOf(seats)) {
    if (plan.rows.length > 0) radius += SECTION_GAP - ROW_GAP;
    plan.sections.push({ name: section.name, x: 0, y: radius - SECTION_GAP / 2 });
    radius = placeSection(plan, hall, section.indices, radius);
  }
  plan.bounds = boundsOf(plan);
  return plan;
}

// A small hall is a narrow fan, an arena a wide one.
function shapeOf(count) {
  const size = Math.min(1, Math.log10(Math.max(1, count / 50)) / Math.log10(400));
  const angle = 1.1 + 1.25 * size;
  const lastRadius = Math.sqrt((3.6 * Math.max(count, 12)) / angle);
  return { angle, firstRadius: lastRadius * 0.55 };
}

function sectionsOf(seats) {
  const sections = new Map();
  seats.forEach((seat, index) => {
    const name = seat.section ?? "";
    if (!sections.has(name)) sections.set(name, { name, indices: [] });
    sections.get(name).indices.push(index);
  });
  return [...sections.values()];
}

// Fills as many rows as the section needs, all equally full, and returns the radius behind them.
function placeSection(plan, hall, indices, firstRadius) {
  const blocks = blocksFrom(hall, firstRadius);
  const capacities = [];
  let capacity = 0;
  for (let radius = firstRadius; capacity < indices.length; radius += ROW_GAP) {
    capacities.push(blocks * Math.max(1, Math.floor((hall.angle * radius) / blocks - AISLE)));
    capacity += capacities.at(-1);
  }
  let placed = 0;
  let seen = 0;
  capacities.forEach((rowSize, row) => {
    seen += rowSize;
    const upto = Math.round((indices.length * seen) / capacity);
    placeRow(
      plan,
      hall.angle / blocks,
      blocks,
      indices.slice(placed, upto),
      firstRadius + row * ROW_GAP,
    );
    placed = upto;
  });
  return firstRadius + capacities.length * ROW_GAP;
}

// An odd number, so that the middle of the stage has no aisle before it; the same for all rows of a
// section, so that its aisles lead straight to the stage.
function blocksFrom(hall, radius) {
  const blocks = Math.round((hall.angle * radius) / SEATS_PER_BLOCK);
  return Math.min(BLOCKS_MAX, Math.max(1, blocks - (1 - (blocks % 2))));
}

function placeRow(plan, blockAngle, blocks, indices, radius) {
  if (indices.length === 0) return;
  let next = 0;
  for (let block = 0; block < blocks; block += 1) {
    const upto = Math.round((indices.length * (block + 1)) / blocks);
    const centre = (block + 0.5 - blocks / 2) * blockAngle;
    const count = upto - next;
    for (let i = 0; i < count; i += 1) {
      const seat = indices[next + i];
      const angle = centre + (i - (count - 1) / 2) / radius;
      plan.x[seat] = radius * Math.sin(angle);
      plan.y[seat] = radius * Math.cos(angle);
      plan.rowOf[seat] = plan.rows.length;
    }
    next = upto;
  }
  plan.rows.push(indices);
}

function boundsOf(plan) {
  const half = plan.stageRadius * Math.sin(plan.angle / 2);
  const bounds = {
    left: -half,
    right: half,
    top: plan.stageRadius * STAGE_FROM * Math.cos(plan.angle / 2),
    bottom: 0,
  };
  for (let i = 0; i < plan.x.length; i += 1) {
    bounds.left = Math.min(bounds.left, plan.x[i]);
    bounds.right = Math.max(bounds.right, plan.x[i]);
    bounds.top = Math.min(bounds.top, plan.y[i]);
    bounds.bottom = Math.max(bounds.bottom, plan.y[i]);
  }
  return {
    left: bounds.left - 1.5,
    right: bounds.right + 1.5,
    top: bounds.top - 1.5,
    bottom: bounds.bottom + 1.5,
  };
}

// The seat that an arrow key leads to from seat `from`: the neighbour in the row, or the nearest
// of the next row before or behind. Stays where there is nothing.
export function neighbour(plan, from, direction) {
  const row = plan.rows[plan.rowOf[from]];
  const place = row.indexOf(from);
  if (direction === "left") return row[place - 1] ?? from;
  if (direction === "right") return row[place + 1] ?? from;
  const next = plan.rows[plan.rowOf[from] + (direction === "up" ? -1 : 1)];
  return next ? nearestOf(plan, next, plan.x[from], plan.y[from]) : from;
}

function nearestOf(plan, indices, x, y) {
  let best = indices[0];
  let least = Infinity;
  for (const index of indices) {
    const distance = (plan.x[index] - x) ** 2 + (plan.y[index] - y) ** 2;
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

// The seat at a point, or -1 if none is within reach.
export function seatAt(plan, x, y, reach = 0.6) {
  let best = -1;
  let least = reach * reach;
  for (let i = 0; i < plan.x.length; i += 1) {
    const distance = (plan.x[i] - x) ** 2 + (plan.y[i] - y) ** 2;
    if (distance < least) [best, least] = [i, distance];
  }
  return best;
}
