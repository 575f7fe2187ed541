// The edges of a box, or of what a digit was cut out of: picture/edges.py.

import { dilate } from "./morphology.js";
import { enclosed, extent, holes, smallestRectangle } from "./outlines.js";
import { components, cut, map, masked, opposite, round, some, without } from "./raster.js";

const RECTANGULAR = 0.9;
const ROOMY = 0.6;
const LARGE = 0.4;
const DIGIT = 0.25;
const RIM = 0.2;
const OUTSIDE = 0.05;
const CORNER = 0.1;

// Ink and mask without boxes and cut edges; null where there are none.
export function removeEdges(ink, mask) {
  const { labels, pieces } = components(mask);
  const { width, height } = mask;
  const inner = innerArea(labels, pieces.length);
  const size = pieces.map((piece) => Math.max(piece.width / width, piece.height / height));
  const found = pieces.map((piece, place) => {
    if (size[place] < LARGE) return { box: false, cutOff: false };
    const part = map(cut(labels, piece), (label) => (label === place + 1 ? 1 : 0));
    const touches = piece.left === 0 || piece.top === 0 || piece.left + piece.width === width || piece.top + piece.height === height;
    const angled = Math.min(piece.width / width, piece.height / height) >= LARGE && hasCorner(part);
    return { box: isBox(part), cutOff: touches && angled && inner[place + 1] < OUTSIDE * piece.area };
  });
  const left = size.filter((_, place) => !found[place].box && !found[place].cutOff);
  const digitLeft = left.some((share) => share >= DIGIT);
  if (!found.some(({ box, cutOff }) => box || (digitLeft && cutOff))) return null;
  const dropped = map(labels, (label) => (label && (found[label - 1].box || (digitLeft && found[label - 1].cutOff)) ? 1 : 0));
  const rest = without(mask, dropped);
  const soft = without(dilate(dropped, 5), rest);
  return [masked(ink, opposite(soft)), rest];
}

// How much of each piece is not in the rim of the picture.
function innerArea({ width, height, data }, count) {
  const rim = round(RIM * Math.min(width, height));
  const areas = new Float64Array(count + 1);
  for (let y = rim; y < height - rim; y++) for (let x = rim; x < width - rim; x++) areas[data[y * width + x]] += 1;
  return areas;
}

function hasCorner(piece) {
  const width = Math.max(1, round(CORNER * piece.width));
  const height = Math.max(1, round(CORNER * piece.height));
  return [0, piece.height - height].some((top) => [0, piece.width - width].some((left) => some(cut(piece, { left, top, width, height }))));
}

// Whether a piece of ink, cut out, is a rectangle of lines.
function isBox(piece) {
  const outlines = holes(piece);
  if (!outlines.length) return false;
  const inside = outlines.reduce((best, outline) => (enclosed(outline) > enclosed(best) ? outline : best));
  const [wide, tall] = extent(inside);
  const roomy = wide >= ROOMY * piece.width && tall >= ROOMY * piece.height;
  return roomy && enclosed(inside) >= RECTANGULAR * smallestRectangle(inside);
}
