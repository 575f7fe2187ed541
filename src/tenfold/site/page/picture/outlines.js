// The outlines of holes in a piece of ink, as OpenCV's `findContours` follows them, and what they enclose.

import { padded } from "./raster.js";

// Neighbours in turn, clockwise on a picture whose rows go down: right, down right, …
const TURNS = [[1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1], [0, -1], [1, -1]];

// The outline of each hole, as [x, y] on the ink around it. Suzuki and Abe 1985, "Topological structural analysis".
export function holes(piece) {
  const room = padded(piece, 1, 1, 1, 1);
  const outside = new Uint8Array(room.data.length);
  spread(room, outside, 0);
  const found = [];
  for (let place = 0; place < outside.length; place++) {
    if (room.data[place] || outside[place]) continue;
    spread(room, outside, place);
    found.push(follow(room, place % room.width, Math.floor(place / room.width)));
  }
  return found;
}

// Marks the paper that is connected with a place, four neighbours each.
function spread({ width, height, data }, seen, start) {
  const stack = [start];
  seen[start] = 1;
  while (stack.length) {
    const place = stack.pop();
    const x = place % width;
    const near = [x > 0 && place - 1, x < width - 1 && place + 1, place >= width && place - width, place < width * (height - 1) && place + width];
    for (const next of near) {
      if (next === false || data[next] || seen[next]) continue;
      seen[next] = 1;
      stack.push(next);
    }
  }
}

// Follows the ink around a hole from its first pixel, whose left neighbour is ink.
function follow({ width, data }, x, y) {
  const inked = ([column, row]) => data[row * width + column];
  const next = (at, turn) => [at[0] + TURNS[turn][0], at[1] + TURNS[turn][1]];
  const start = [x - 1, y];
  let turn = 0; // towards the hole
  let before = -1;
  for (let step = 1; step <= 8; step++) {
    if (inked(next(start, (turn + step) % 8))) { before = (turn + step) % 8; break; }
  }
  if (before < 0) return [start];
  const last = next(start, before);
  const path = [];
  let at = start;
  turn = before;
  for (;;) {
    path.push([at[0] - 1, at[1] - 1]);
    let ahead = turn;
    do ahead = (ahead + 7) % 8; while (!inked(next(at, ahead)));
    const to = next(at, ahead);
    if (to[0] === start[0] && to[1] === start[1] && at[0] === last[0] && at[1] === last[1]) return path;
    turn = (ahead + 4) % 8;
    at = to;
  }
}

// The area that a closed line of points encloses.
export function enclosed(points) {
  let twice = 0;
  points.forEach(([x, y], place) => {
    const [x2, y2] = points[(place + 1) % points.length];
    twice += x * y2 - x2 * y;
  });
  return Math.abs(twice) / 2;
}

// Width and height of the box around points, pixels counted.
export function extent(points) {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  return [Math.max(...xs) - Math.min(...xs) + 1, Math.max(...ys) - Math.min(...ys) + 1];
}

// The area of the smallest rectangle around points, turned as it likes; one of its sides lies on the hull.
export function smallestRectangle(points) {
  const hull = convexHull(points);
  if (hull.length < 3) return 0;
  let smallest = Infinity;
  hull.forEach(([x, y], place) => {
    const [x2, y2] = hull[(place + 1) % hull.length];
    const length = Math.hypot(x2 - x, y2 - y);
    const [ux, uy] = [(x2 - x) / length, (y2 - y) / length];
    const along = hull.map(([px, py]) => px * ux + py * uy);
    const across = hull.map(([px, py]) => py * ux - px * uy);
    smallest = Math.min(smallest, (Math.max(...along) - Math.min(...along)) * (Math.max(...across) - Math.min(...across)));
  });
  return smallest;
}

// Andrew 1979: the hull from left to right below, and back above.
function convexHull(points) {
  const ordered = [...points].sort((one, other) => one[0] - other[0] || one[1] - other[1]);
  const half = (along) => {
    const kept = [];
    for (const point of along) {
      while (kept.length > 1 && turnsRight(kept.at(-2), kept.at(-1), point)) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  return [...half(ordered), ...half(ordered.toReversed())];
}

const turnsRight = ([ax, ay], [bx, by], [cx, cy]) => (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) <= 0;
