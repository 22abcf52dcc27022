// The look of a grade: colour and shape, so that the map can be read without colours. The dearest
// grade comes first.

export const shapes = ["circle", "square", "diamond", "hexagon", "triangle", "cross"];

// Returns a Map from the name of a grade to {name, shape, colour, priceMin, priceMax, available,
// total}; colour is the number of a colour of the design.
export function gradesOf(seats) {
  const grades = new Map();
  for (const seat of seats) {
    const grade = grades.get(seat.grade) ?? {
      name: seat.grade,
      priceMin: seat.price,
      priceMax: seat.price,
      available: 0,
      total: 0,
    };
    grade.priceMin = Math.min(grade.priceMin, seat.price);
    grade.priceMax = Math.max(grade.priceMax, seat.price);
    grade.total += 1;
    if (seat.status === "AVAILABLE") grade.available += 1;
    grades.set(seat.grade, grade);
  }
  const sorted = [...grades.values()].sort((a, b) => b.priceMax - a.priceMax);
  sorted.forEach((grade, index) => {
    grade.colour = (index % shapes.length) + 1;
    grade.shape = shapes[index % shapes.length];
  });
  return new Map(sorted.map((grade) => [grade.name, grade]));
}

// The outline of a shape in a box of 2 x 2 around 0, 0, as points; null for the circle.
export function outlineOf(shape) {
  const corner = 0.8;
  switch (shape) {
    case "square":
      return [
        [-corner, -corner],
        [corner, -corner],
        [corner, corner],
        [-corner, corner],
      ];
    case "diamond":
      return [
        [0, -1],
        [1, 0],
        [0, 1],
        [-1, 0],
      ];
    case "hexagon":
      return [0, 1, 2, 3, 4, 5].map((i) => [
        Math.cos((i * Math.PI) / 3),
        Math.sin((i * Math.PI) / 3),
      ]);
    case "triangle":
      return [
        [0, -0.95],
        [0.95, 0.75],
        [-0.95, 0.75],
      ];
    case "cross":
      return [
        [-0.4, -0.95],
        [0.4, -0.95],
        [0.4, -0.4],
        [0.95, -0.4],
        [0.95, 0.4],
        [0.4, 0.4],
        [0.4, 0.95],
        [-0.4, 0.95],
        [-0.4, 0.4],
        [-0.95, 0.4],
        [-0.95, -0.4],
        [-0.4, -0.4],
      ];
    default:
      return null;
  }
}
