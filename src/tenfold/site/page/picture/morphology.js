// What pixels are among their neighbours: the largest, the smallest, the mean.

import { cut, map, padded, raster } from "./raster.js";

// The largest of the `side` × `side` pixels around each; of even sides the middle is right and below.
export function dilate(picture, side) {
  return extreme(picture, side, side >> 1, 1);
}

export function erode(picture, side) {
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
  const { width, height } = picture;
  const rows = raster(width, height, picture.data.constructor);
  const done = raster(width, height, picture.data.constructor);
  for (let y = 0; y < height; y++) slide(picture.data, rows.data, y * width, 1, width, side, before, sign);
  for (let x = 0; x < width; x++) slide(rows.data, done.data, x, width, height, side, before, sign);
  return done;
}

// Van Herk 1992: the extreme of a sliding window by a queue of those that may still win.
function slide(from, to, start, step, count, side, before, sign) {
  const queue = new Int32Array(count);
  let [first, last, next] = [0, 0, 0];
  for (let place = 0; place < count; place++) {
    const end = Math.min(count - 1, place - before + side - 1);
    for (; next <= end; next++) {
      const value = sign * from[start + next * step];
      while (last > first && sign * from[start + queue[last - 1] * step] <= value) last--;
      queue[last++] = next;
    }
    while (queue[first] < place - before) first++;
    to[start + place * step] = from[start + queue[first] * step];
  }
}

// Dilates by an ellipse that fills a square, as OpenCV draws it.
export function dilateByEllipse(picture, side) {
  const { width, height, data } = picture;
  const half = side >> 1;
  const done = raster(width, height);
  const row = new Uint8Array(width);
  for (let line = 0; line < side; line++) {
    const off = line - half;
    const reach = half ? Math.round(half * Math.sqrt(Math.max(0, (half * half - off * off) / (half * half)))) : 0;
    const [begin, end] = [Math.max(half - reach, 0), Math.min(half + reach + 1, side)];
    if (end <= begin) continue;
    for (let y = Math.max(0, off); y < Math.min(height, height + off); y++) {
      slide(data.subarray(y * width, (y + 1) * width), row, 0, 1, width, end - begin, half - begin, 1);
      const to = (y - off) * width;
      for (let x = 0; x < width; x++) if (row[x] > done.data[to + x]) done.data[to + x] = row[x];
    }
  }
  return done;
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
  const rows = new Float64Array(width * height);
  const sums = raster(width, height, Float64Array);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let total = 0;
      for (let off = -half; off < side - half; off++) total += data[y * width + beyond(x + off, width)];
      rows[y * width + x] = total;
    }
  }
  for (let x = 0; x < width; x++) {
    for (let y = 0; y < height; y++) {
      let total = 0;
      for (let off = -half; off < side - half; off++) total += rows[beyond(y + off, height) * width + x];
      sums.data[y * width + x] = total;
    }
  }
  const count = side * side;
  if (data instanceof Uint8Array) return map(sums, (total) => Math.floor((total + (count >> 1)) / count));
  return map(sums, (total) => total / count, Float32Array);
}
