// What pixels are among their neighbours: the largest, the smallest, the mean.

import { cut, map, padded, raster } from "./raster.js";

// The largest of the `side` × `side` pixels around each; of even sides the middle is right and below.
export function dilate(picture, side) {
  return extreme(picture, side, side >> 1, 1);
}

function erode(picture, side) {
  return extreme(picture, side, side >> 1, -1);
}

export function close(picture, side) {
  return erode(dilate(picture, side), side);
}

// Beyond the edge is paper here, not nothing: ink at the edge is eroded.
export function erodeFromEdges(mask) {
  return cut(erode(padded(mask, 1, 1, 1, 1), 3), { left: 1, top: 1, width: mask.width, height: mask.height });
}

function extreme(picture, side, before, sign) {
  if (side <= 1) return picture;
  const { width, height, data } = picture;
  const Kind = data.constructor;
  const beyond = sign > 0 ? 0 : Kind === Uint8Array ? 255 : Infinity; // pictures have nothing below 0
  const across = new Kind((width + side) * height).fill(beyond);
  for (let y = 0; y < height; y++) across.set(data.subarray(y * width, (y + 1) * width), y * (width + side) + before);
  grow(across, side, 1, sign);
  const down = new Kind(width * (height + side)).fill(beyond);
  for (let y = 0; y < height; y++) down.set(across.subarray(y * (width + side), y * (width + side) + width), (y + before) * width);
  grow(down, side, width, sign);
  return { width, height, data: down.slice(0, width * height) };
}

// Takes the extreme of `side` numbers from each one on, `step` apart, in place: of twice as many at each turn.
function grow(data, side, step, sign) {
  let reach = 1;
  while (reach < side) {
    const more = Math.min(reach, side - reach);
    const off = more * step;
    const end = data.length - off;
    if (sign > 0) {
      for (let place = 0; place < end; place++) if (data[place + off] > data[place]) data[place] = data[place + off];
    } else {
      for (let place = 0; place < end; place++) if (data[place + off] < data[place]) data[place] = data[place + off];
    }
    reach += more;
  }
}

// Dilates by an ellipse that fills a square, as OpenCV draws it.
export function dilateByEllipse(picture, side) {
  const { width, height } = picture;
  const half = side >> 1;
  const done = raster(width, height);
  for (const [reach, lines] of spans(side)) {
    const before = half - Math.max(half - reach, 0);
    const wide = Math.min(half + reach + 1, side) - Math.max(half - reach, 0);
    const row = new Uint8Array(width + wide);
    for (let y = 0; y < height; y++) {
      row.fill(0).set(picture.data.subarray(y * width, (y + 1) * width), before);
      if (wide > 1) grow(row, wide, 1, 1);
      for (const line of lines) {
        const to = y - (line - half);
        if (to < 0 || to >= height) continue;
        for (let x = 0, place = to * width; x < width; x++, place++) if (row[x] > done.data[place]) done.data[place] = row[x];
      }
    }
  }
  return done;
}

// How far the ellipse reaches to both sides of its middle, with the lines in which it does.
function spans(side) {
  const half = side >> 1;
  const found = new Map();
  for (let line = 0; line < side; line++) {
    const off = line - half;
    const reach = half ? Math.round(half * Math.sqrt(Math.max(0, (half * half - off * off) / (half * half)))) : 0;
    found.set(reach, [...(found.get(reach) ?? []), line]);
  }
  return found;
}

export const replicated = (place, count) => Math.min(count - 1, Math.max(0, place));

export function mirrored(place, count) {
  if (count === 1) return 0;
  let at = place;
  while (at < 0 || at >= count) at = at < 0 ? -at : 2 * (count - 1) - at;
  return at;
}

// The mean of the `side` × `side` pixels around each; `beyond` says which pixel stands for one beyond the edge.
export function blur(picture, side, beyond = replicated) {
  const { width, height, data } = picture;
  const half = side >> 1;
  const rows = raster(width, height, Float64Array);
  const sums = raster(width, height, Float64Array);
  for (let y = 0; y < height; y++) sumsAlong(data, rows.data, y * width, 1, width, side, half, beyond);
  for (let x = 0; x < width; x++) sumsAlong(rows.data, sums.data, x, width, height, side, half, beyond);
  const count = side * side;
  if (data instanceof Uint8Array) return map(sums, (total) => Math.floor((total + (count >> 1)) / count));
  return map(sums, (total) => total / count, Float32Array);
}

// Sums of `side` neighbours each, by what all before them come to.
function sumsAlong(from, to, start, step, count, side, half, beyond) {
  const before = new Float64Array(count + side);
  for (let place = 0; place < count + side - 1; place++) before[place + 1] = before[place] + from[start + beyond(place - half, count) * step];
  for (let place = 0; place < count; place++) to[start + place * step] = before[place + side] - before[place];
}
