// Which strokes belong to the digit, and how they become as dark and as wide as MNIST's: picture/strokes.py.

import { BOX } from "./frame.js";
import { maskOf, strokeWidth } from "./ink.js";
import { blur, dilate, dilateByEllipse } from "./morphology.js";
import { and, bounds, components, cut, divide, least, longer, map, masked, opposite, or, padded, paste, raster, round, some, windowOf, without } from "./raster.js";
import { linear } from "./resize.js";

const LIGHTEST = 44;
const STRONGEST = 2.5;
const ALIKE = 0.2;
const COARSE = 7;
const EVEN = 240;
const BRIDGE = 0.012;
const SMALLEST = 0.05;
const SPECK = 0.02;
const OVER = 0.3;
const OVER_CUT = 0.1;
const BESIDE = 0.08;
const WIDEST = 1.3;
const HUGGING = 0.15;
const THINNEST = 1.5 / BOX;
const USUAL = 2 / BOX;

// The digit's strokes without specks, edges and parts of neighbours; of specks alone nothing stays.
export function keepDigit(ink, mask) {
  const whole = maskOf(ink, LIGHTEST);
  const digit = some(whole) ? digitOf(whole, mask) : whole;
  return [softEdges(ink, digit, whole), digit];
}

function digitOf(whole, mask) {
  const { inside, labels, pieces } = piecesOf(whole, mask);
  if (Math.max(...pieces.map(longer)) < SMALLEST * longer(mask)) return raster(whole.width, whole.height);
  if (pieces.length === 1) return whole;
  const main = mainOf(pieces, mask);
  const { fitting, cutOff } = fittingTo(pieces, main, mask);
  const kept = new Set([main]);
  for (;;) {
    const box = bounding([...kept].map((each) => pieces[each]));
    const more = fitting.filter((each) => !kept.has(each) && belongs(pieces[each], box, cutOff.has(each) ? OVER_CUT : OVER));
    if (!more.length) break;
    for (const each of more) kept.add(each);
  }
  const own = and(map(labels, (label) => (label && kept.has(label - 1) ? 1 : 0)), cut(whole, inside));
  return paste(raster(whole.width, whole.height), own, inside.left, inside.top);
}

// Connected pieces of ink, with small gaps bridged; only strong ink counts for their area.
function piecesOf(whole, mask) {
  const bridge = round(BRIDGE * longer(mask)) | 1;
  const half = bridge >> 1;
  const inside = windowOf(whole, half);
  const { labels, pieces } = components(dilate(cut(whole, inside), bridge));
  const strong = cut(mask, inside);
  const areas = new Float64Array(pieces.length + 1);
  for (let place = 0; place < strong.data.length; place++) if (strong.data[place]) areas[labels.data[place]] += 1;
  const placed = pieces.map((piece, number) => {
    const [left, top] = [piece.left + inside.left, piece.top + inside.top];
    return {
      left: left + (left > 0 ? half : 0), top: top + (top > 0 ? half : 0),
      width: piece.width - bridge + 1, height: piece.height - bridge + 1,
      area: areas[number + 1], x: piece.x + inside.left, y: piece.y + inside.top,
    };
  });
  return { inside, labels, pieces: placed };
}

// The piece that is most of the digit: large, central, not cut off.
function mainOf(pieces, { width, height }) {
  const scores = pieces.map((piece) => {
    const away = Math.hypot((piece.x - width / 2) / width, (piece.y - height / 2) / height);
    const [atSide, atEnd] = hugging(piece, width, height);
    const cutOff = atSide || atEnd ? 0.05 : touching(piece, width, height).some(Boolean) ? 0.5 : 1;
    return Math.sqrt(piece.area) * longer(piece) * Math.exp(-3 * away ** 2) * cutOff;
  });
  return scores.indexOf(Math.max(...scores));
}

// Which pieces may belong to the main one, and which are cut off above or below and must be very near.
function fittingTo(pieces, main, mask) {
  const { width, height } = mask;
  const large = Math.max(SPECK * Math.max(...pieces.map(({ area }) => area)), strokeWidth(mask) ** 2 / 2);
  const ofMain = touching(pieces[main], width, height);
  const fitting = [];
  const cutOff = new Set();
  pieces.forEach((piece, place) => {
    const strange = touching(piece, width, height).map((touches, edge) => touches && !ofMain[edge]);
    const [atSide, atEnd] = hugging(piece, width, height);
    if (piece.area >= large && !strange[0] && !strange[2] && !atSide) fitting.push(place);
    if (strange[1] || strange[3] || atEnd) cutOff.add(place);
  });
  return { fitting, cutOff };
}

// Whether a piece touches the left, top, right and bottom edge of the picture.
const touching = ({ left, top, width, height }, wide, tall) => [left <= 1, top <= 1, left + width >= wide - 1, top + height >= tall - 1];

// Whether a piece touches an edge and stays near it: at the sides, at the top or foot.
function hugging(piece, width, height) {
  const reach = HUGGING * Math.min(width, height);
  const [left, top, right, bottom] = touching(piece, width, height);
  return [(left || right) && piece.width < reach, (top || bottom) && piece.height < reach];
}

function bounding(pieces) {
  return {
    left: Math.min(...pieces.map(({ left }) => left)),
    top: Math.min(...pieces.map(({ top }) => top)),
    right: Math.max(...pieces.map(({ left, width }) => left + width)),
    bottom: Math.max(...pieces.map(({ top, height }) => top + height)),
  };
}

// Whether a piece is near enough to a digit's box to belong to it, and no neighbour.
function belongs(piece, box, over) {
  const longest = Math.max(box.bottom - box.top, box.right - box.left);
  const [right, bottom] = [piece.left + piece.width, piece.top + piece.height];
  const across = Math.max(piece.left - box.right, box.left - right, 0);
  const down = Math.max(piece.top - box.bottom, box.top - bottom, 0);
  const shared = Math.min(right, box.right) - Math.max(piece.left, box.left);
  if (shared >= piece.width / 2) return down <= over * longest;
  const wide = Math.max(box.right, right) - Math.min(box.left, piece.left);
  const tall = Math.max(box.bottom, bottom) - Math.min(box.top, piece.top);
  return Math.max(across, down) <= BESIDE * longest && wide <= WIDEST * tall;
}

// The ink of a digit with its soft edges, and nothing of the other pieces.
function softEdges(ink, digit, whole) {
  const reach = Math.max(3, round(strokeWidth(digit))) | 1;
  const inside = windowOf(digit, (reach >> 1) + 1);
  const [own, all] = [cut(digit, inside), cut(whole, inside)];
  const others = opposite(dilate(without(all, own), 3));
  const shown = and(dilate(own, reach), or(own, others));
  const soft = masked(cut(ink, inside), shown);
  return paste(raster(ink.width, ink.height), soft, inside.left, inside.top);
}

// Brings lightly pressed strokes up to full ink where others beside them are darker; null where nothing is to be done.
export function strengthen(ink, grain) {
  const factor = Math.min(STRONGEST, LIGHTEST / Math.max(grain, 1));
  const box = bounds(ink);
  if (factor <= 1 || !box.width) return null;
  const inside = cut(ink, box);
  const shrink = Math.max(1, round((ALIKE * longer(ink)) / COARSE));
  const local = blur(dilate(every(dilate(inside, shrink), shrink), COARSE), COARSE);
  if (least(local) >= EVEN) return null;
  const weakest = round(255 / factor);
  const full = linear(map(local, (level) => Math.max(level, weakest)), box.width, box.height);
  const strong = paste(raster(ink.width, ink.height), divide(inside, full, 255), box.left, box.top);
  return [strong, maskOf(strong)];
}

// Every `step`th pixel of every `step`th row.
function every(picture, step) {
  const made = raster(Math.ceil(picture.width / step), Math.ceil(picture.height / step));
  return map(made, (_, place) => {
    const row = Math.floor(place / made.width);
    return picture.data[row * step * picture.width + (place - row * made.width) * step];
  });
}

// Widens strokes that would fade when they are averaged down; null where they are wide enough.
export function thicken(ink, mask) {
  const longest = longer(bounds(mask));
  const pen = strokeWidth(mask);
  if (!longest || pen >= THINNEST * longest) return null;
  const side = Math.max(2, round(USUAL * longest - pen) + 1);
  return [ink, mask].map((each) => dilateByEllipse(padded(each, side, side, side, side), side));
}
