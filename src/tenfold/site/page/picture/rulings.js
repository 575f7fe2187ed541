// Straight lines in a mask: sought on a small copy, fitted, followed from side to side. The first half of picture/rules.py.

import { THUMBNAIL } from "./ink.js";
import { bounds, longer, looked, raster, round, threshold } from "./raster.js";
import { area } from "./resize.js";

const FULL = Uint8Array.of(0, 255); // ink of a mask
const INKED = 32;
const STEEPEST = 0.12;
const LONG = 0.6;
const UNBROKEN = 0.85;
const CROSSED = 1.6;
const THICKEST = 0.07;
const STRAIGHT = 0.25;

export const rowAt = (line, column) => line.row + line.slant * column;

// Rows and slants of possible lines, nearly level: sheared by its slant a line is one row.
export function candidates(mask) {
  if (bounds(mask).width < LONG * mask.width) return [];
  const shrink = Math.max(1, longer(mask) / THUMBNAIL);
  const height = Math.max(2, round(mask.height / shrink));
  const width = Math.max(2, round(mask.width / shrink));
  const small = threshold(area(looked(mask, FULL), width, height), INKED);
  const pad = Math.floor(STEEPEST * width) + 1;
  const count = 2 * Math.max(1, Math.floor((STEEPEST * width) / 2)) + 1;
  const slants = Array.from({ length: count }, (_, place) => -STEEPEST + (2 * STEEPEST * place) / (count - 1));
  const shares = slants.map((slant) => sheared(small, slant, pad));
  const best = Array.from({ length: height + 2 * pad }, (_, row) => Math.max(...shares.map((share) => share[row])));
  const found = [];
  for (let first = 0; first < best.length; first++) {
    if (best[first] < LONG) continue;
    let last = first;
    while (last < best.length && best[last] >= LONG) last++;
    const stretch = best.slice(first, last);
    const row = first + stretch.indexOf(Math.max(...stretch));
    found.push([(row - pad + 0.5) * shrink, slants[shares.findIndex((share) => share[row] === best[row])]]);
    first = last;
  }
  return found;
}

// How much of each row is inked once the picture is sheared.
function sheared(small, slant, pad) {
  const rows = new Float64Array(small.height + 2 * pad);
  for (let x = 0; x < small.width; x++) {
    for (let row = 0; row < rows.length; row++) {
      const y = round(row - pad + Math.fround(slant) * x);
      if (y >= 0 && y < small.height && small.data[y * small.width + x]) rows[row] += 1 / small.width;
    }
  }
  return rows.map((share) => share + 1e-12); // sums of shares are rounded
}

// For every pixel of ink the length of the vertical run of ink through it.
export function runsOf(mask, found) {
  const { width, height, data } = mask;
  const runs = raster(width, height, Int32Array);
  if (!found.length) return runs;
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      if (!data[y * width + x]) continue;
      let end = y;
      while (end < height && data[end * width + x]) end++;
      for (let row = y; row < end; row++) runs.data[row * width + x] = end - y;
      y = end;
    }
  }
  return runs;
}

// Lines fitted to the ink near the candidates; those that are straight and inked from end to end.
export function fittedLines(runs, found) {
  const lines = [];
  for (let [row, slant] of found) {
    let reach = 2 * Math.max(1, longer(runs) / THUMBNAIL);
    for (let turn = 0; turn < 2; turn++) {
      const points = band(runs, row, slant, reach);
      if (points.length < 2 || points.every(([x]) => x === points[0][0])) break;
      [row, slant] = fitStraight(points);
      reach /= 2;
    }
    const line = measured(runs, row, slant);
    if (line) lines.push(line);
  }
  return lines;
}

// The row at column 0 and the slant of the straight line through points, by least squares.
function fitStraight(points) {
  const column = points.reduce((total, [x]) => total + x, 0) / points.length;
  const middle = points.reduce((total, [, y]) => total + y, 0) / points.length;
  let [above, below] = [0, 0];
  for (const [x, y] of points) {
    above += (x - column) * y;
    below += (x - column) ** 2;
  }
  const slant = above / below;
  return [middle - slant * column, slant];
}

// The ink within reach of a line, without the strokes that cross it.
function band(runs, row, slant, reach) {
  const { width, height, data } = runs;
  const far = Math.floor(reach);
  const through = (x, y) => (y >= 0 && y < height ? data[y * width + x] : 0);
  const longest = [];
  for (let x = 0; x < width; x++) {
    const middle = round(row + slant * x);
    let longestHere = 0;
    for (let off = -far; off <= far; off++) longestHere = Math.max(longestHere, through(x, middle + off));
    if (longestHere) longest.push(longestHere);
  }
  if (!longest.length) return [];
  const thick = CROSSED * median(longest) + 1;
  const points = [];
  for (let off = -far; off <= far; off++) {
    for (let x = 0; x < width; x++) {
      const y = round(row + slant * x) + off;
      const run = through(x, y);
      if (run > 0 && run <= thick) points.push([x, y]);
    }
  }
  return points;
}

// Follows a line from side to side; null where it is broken, short, thick or bent.
function measured(runs, row, slant) {
  const { width, height, data } = runs;
  const seen = []; // column, row, run
  for (let x = 0; x < width; x++) {
    const middle = round(row + slant * x);
    const y = [middle, middle - 1, middle + 1].find((place) => place >= 0 && place < height && data[place * width + x]);
    if (y !== undefined) seen.push([x, y, data[y * width + x]]);
  }
  if (!seen.length) return null;
  const [first, last] = [seen[0][0], seen.at(-1)[0] + 1];
  if (last - first < LONG * width || seen.length < UNBROKEN * (last - first)) return null;
  const thick = median(seen.map(([, , run]) => run));
  const lone = seen.filter(([, , run]) => run <= CROSSED * thick);
  const strays = lone.reduce((total, [x, y, run]) => {
    let above = 0;
    while (y - above - 1 >= 0 && data[(y - above - 1) * width + x]) above++;
    return total + Math.abs(y - above + (run - 1) / 2 - row - slant * x);
  }, 0) / lone.length;
  return thick <= THICKEST * Math.max(width, height) && strays <= STRAIGHT * thick + 1 ? { row, slant, thick, first, last } : null;
}

export function median(values) {
  const ordered = Float64Array.from(values).sort();
  const half = ordered.length >> 1;
  return ordered.length % 2 ? ordered[half] : (ordered[half - 1] + ordered[half]) / 2;
}

// The ink of lines, without the strokes that cross them.
export function cover(runs, lines) {
  const { width, height, data } = runs;
  const covered = raster(width, height);
  for (const line of lines) {
    for (let x = 0; x < width; x++) {
      const middle = rowAt(line, x);
      const from = Math.max(0, Math.ceil(middle - line.thick - 1));
      const to = Math.min(height - 1, Math.floor(middle + line.thick + 1));
      for (let y = from; y <= to; y++) {
        const run = data[y * width + x];
        if (run > 0 && run <= CROSSED * line.thick + 1) covered.data[y * width + x] = 1;
      }
    }
  }
  return covered;
}
