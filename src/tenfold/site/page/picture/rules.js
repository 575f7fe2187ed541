// Straight lines that are no strokes, taken away: ruling lines, squared paper, the edges of crops. picture/rules.py.

import { maskOf, strokeWidth } from "./ink.js";
import { dilate } from "./morphology.js";
import { and, bounds, components, longer, map, masked, opposite, or, round, some, transposed, without } from "./raster.js";
import { candidates, cover, fittedLines, rowAt, runsOf } from "./rulings.js";

const PRINTED = 64;
const NEAR = 0.05;
const FILLED = 0.95;
const TIGHT = 0.07;
const THIN = 0.75;
const SEVERAL = 3;
const OUTER = 0.2;
const AROUND = 2;
const LEAST = 0.2;

// Ink and mask without lines; strokes that cross them stay whole. null where there are none.
export function removeRulingLines(ink, mask) {
  const faint = maskOf(ink, PRINTED);
  const turned = transposed(faint);
  const found = [candidates(faint), candidates(turned)];
  if (!found.some((each) => each.length)) return null;
  const runs = [runsOf(faint, found[0]), runsOf(turned, found[1])];
  const both = (level, vertical) => or(cover(runs[0], level), transposed(cover(runs[1], vertical)));
  let [level, vertical] = [fittedLines(runs[0], found[0]), fittedLines(runs[1], found[1])];
  // lines across the level ones are looked at first as fitted, then as anchored: so picture/rules.py has it
  [level, vertical] = [anchored(level, vertical, faint), anchored(vertical, level, turned)];
  let rest = without(mask, both(level, vertical));
  const pen = Math.max(strokeWidth(mask), strokeWidth(rest));
  const [atFoot, atSide] = reachesEdges(rest);
  const loneLevel = atFoot && level.length < SEVERAL;
  const loneVertical = atSide && vertical.length < SEVERAL;
  [level, vertical] = [
    level.filter((line) => isRuling(line, vertical, pen, faint, loneLevel)),
    vertical.filter((line) => isRuling(line, level, pen, turned, loneVertical)),
  ];
  rest = without(mask, both(level, vertical));
  level = level.filter((line) => !isStroke(line, runs[0], rest, pen));
  vertical = vertical.filter((line) => !isStroke(line, runs[1], transposed(rest), pen));
  const covered = both(level, vertical);
  rest = without(mask, covered);
  if (!some(covered) || longest(rest) < LEAST * longer(mask)) return null;
  let kept = dilate(rest, 3);
  const atEdge = (lines, side) => lines.every((line) => toEdge(line, side) <= line.thick + 1);
  if (atEdge(level, faint) && atEdge(vertical, turned)) {
    const thickest = Math.max(...[...level, ...vertical].map(({ thick }) => thick));
    kept = or(kept, opposite(dilate(covered, 2 * round(AROUND * thickest + 1) + 1)));
  }
  return [masked(ink, without(kept, covered)), rest];
}

// The lines that end at the picture's edge or at a line across; a stroke ends in the open.
function anchored(lines, others, { width, height }) {
  const room = NEAR * Math.max(width, height);
  const reaches = (line, column) => Math.min(column, width - column) <= room
    || others.some((other) => Math.abs(rowAt(other, rowAt(line, column)) - column) <= room + other.thick);
  return lines.filter((line) => reaches(line, line.first) && reaches(line, line.last));
}

// Whether a line is a ruling line, which is thinner than the pen, or the edge of a box or of a crop.
function isRuling(line, others, pen, mask, lone) {
  const { width, height, data } = mask;
  const distance = toEdge(line, mask);
  const edge = rowAt(line, width / 2) < height / 2 ? data.subarray(0, width) : data.subarray(data.length - width);
  const filled = edge.reduce((total, ink) => total + ink, 0) / width;
  if (distance <= line.thick + 1 && filled >= FILLED) return true;
  if (line.thick <= THIN * pen) return !lone;
  if (distance <= line.thick || distance > OUTER * height) return false;
  return (line.first <= 1 && line.last >= width - 1) || others.length > 0;
}

// Whether a line as wide as the pen, that does not cross the whole picture, meets what is left.
function isStroke(line, runs, rest, pen) {
  if (line.thick <= THIN * pen || (line.first <= 1 && line.last >= rest.width - 1)) return false;
  return some(and(dilate(cover(runs, [line]), 3), largest(rest)));
}

function toEdge(line, { width, height }) {
  const middle = rowAt(line, width / 2);
  return Math.min(middle, height - middle);
}

const longest = (mask) => Math.max(0, ...components(mask).pieces.map(longer));

function largest(mask) {
  const { labels, pieces } = components(mask);
  if (!pieces.length) return mask;
  const areas = pieces.map(({ area }) => area);
  const label = 1 + areas.indexOf(Math.max(...areas));
  return map(labels, (found) => (found === label ? 1 : 0));
}

// Whether the largest piece is near the picture's top or foot, and its left or right edge.
function reachesEdges(mask) {
  const box = bounds(largest(mask));
  if (!box.width) return [false, false];
  const [down, across] = [TIGHT * mask.height, TIGHT * mask.width];
  return [
    box.top <= down || box.top + box.height >= mask.height - down,
    box.left <= across || box.left + box.width >= mask.width - across,
  ];
}
