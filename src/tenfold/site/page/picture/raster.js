// Pictures as rows of numbers, and what is done to single pixels: as OpenCV does it, to the bit where it can be.
// A picture is { width, height, data }, row by row, as in NumPy; a mask has 1 for ink, 0 for paper.

export const raster = (width, height, Kind = Uint8Array) => ({ width, height, data: new Kind(width * height) });

export const longer = ({ width, height }) => Math.max(width, height);

// Rounds halves to even, as Python and OpenCV do.
export function round(value) {
  const near = Math.round(value);
  return near - value === 0.5 && near % 2 !== 0 ? near - 1 : near;
}

export const byte = (value) => Math.min(255, Math.max(0, round(value)));

export function map(picture, change, Kind = Uint8Array) {
  const made = raster(picture.width, picture.height, Kind);
  for (let place = 0; place < made.data.length; place++) made.data[place] = change(picture.data[place], place);
  return made;
}

// Each byte of a picture by a table of 256; a loop without calls, for these are most of the time.
export function looked(picture, table) {
  const made = raster(picture.width, picture.height);
  for (let place = 0; place < made.data.length; place++) made.data[place] = table[picture.data[place]];
  return made;
}

const table = (change) => Uint8Array.from({ length: 256 }, (_, level) => change(level));

const OTHER = table((level) => 255 - level);

export const inverted = (grey) => looked(grey, OTHER);

export const threshold = (grey, level) => looked(grey, table((ink) => (ink > Math.floor(level) ? 1 : 0)));

export const opposite = (mask) => looked(mask, table((ink) => (ink ? 0 : 1)));

export function and(one, other) {
  const made = raster(one.width, one.height);
  for (let place = 0; place < made.data.length; place++) made.data[place] = one.data[place] & other.data[place];
  return made;
}

export function or(one, other) {
  const made = raster(one.width, one.height);
  for (let place = 0; place < made.data.length; place++) made.data[place] = one.data[place] | other.data[place];
  return made;
}

export const without = (one, other) => and(one, opposite(other));

// A picture where a mask is, 0 elsewhere.
export function masked(picture, mask) {
  const made = raster(picture.width, picture.height);
  for (let place = 0; place < made.data.length; place++) if (mask.data[place]) made.data[place] = picture.data[place];
  return made;
}

export function some({ data }) {
  for (let place = 0; place < data.length; place++) if (data[place]) return true;
  return false;
}

export function sum({ data }) {
  let total = 0;
  for (let place = 0; place < data.length; place++) total += data[place];
  return total;
}

export const mean = (picture) => sum(picture) / picture.data.length;

export function most({ data }) {
  let found = data[0];
  for (let place = 1; place < data.length; place++) if (data[place] > found) found = data[place];
  return found;
}

export function least({ data }) {
  let found = data[0];
  for (let place = 1; place < data.length; place++) if (data[place] < found) found = data[place];
  return found;
}

export function deviation(picture) {
  const { data } = picture;
  const middle = mean(picture);
  let squares = 0;
  for (let place = 0; place < data.length; place++) squares += data[place] * data[place];
  return Math.sqrt(Math.max(0, squares / data.length - middle * middle));
}

export function histogram({ data }) {
  const counts = new Float64Array(256);
  for (let place = 0; place < data.length; place++) counts[data[place]] += 1;
  return counts;
}

export function transposed(picture) {
  const { width, height, data } = picture;
  const made = raster(height, width, data.constructor);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) made.data[x * height + y] = data[y * width + x];
  return made;
}

export function cut(picture, { left, top, width, height }) {
  const made = raster(width, height, picture.data.constructor);
  for (let y = 0; y < height; y++) {
    const from = (top + y) * picture.width + left;
    made.data.set(picture.data.subarray(from, from + width), y * width);
  }
  return made;
}

// Lays a picture into another one, in place; what lies beyond is left out.
export function paste(picture, part, left, top) {
  for (let y = Math.max(0, -top); y < Math.min(part.height, picture.height - top); y++) {
    for (let x = Math.max(0, -left); x < Math.min(part.width, picture.width - left); x++) {
      picture.data[(top + y) * picture.width + left + x] = part.data[y * part.width + x];
    }
  }
  return picture;
}

export function padded(picture, left, top, right, bottom) {
  const made = raster(picture.width + left + right, picture.height + top + bottom, picture.data.constructor);
  return paste(made, picture, left, top);
}

// The smallest rectangle around all that is not 0; all zeros where there is nothing.
export function bounds({ width, height, data }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!data[y * width + x]) continue;
      if (x < left) left = x;
      if (x > right) right = x;
      if (y < top) top = y;
      bottom = y;
    }
  }
  return right < 0 ? { left: 0, top: 0, width: 0, height: 0 } : { left, top, width: right - left + 1, height: bottom - top + 1 };
}

// The part of a picture that holds all of its ink, with a margin around.
export function windowOf(mask, around = 0) {
  const box = bounds(mask);
  const left = Math.max(0, box.left - around);
  const top = Math.max(0, box.top - around);
  const right = Math.min(mask.width, box.left + box.width + around);
  const bottom = Math.min(mask.height, box.top + box.height + around);
  return { left, top, width: right - left, height: bottom - top };
}

// one / other * scale in each pixel, rounded; 0 where the other is 0.
export function divide(one, other, scale) {
  const made = raster(one.width, one.height);
  for (let place = 0; place < made.data.length; place++) {
    const by = other.data[place];
    if (by) made.data[place] = byte(Math.fround((one.data[place] * scale) / by));
  }
  return made;
}

// Labels the connected pieces of ink, eight neighbours each: 0 is paper, the others come in the order of the squares of
// two by two pixels that they begin in, as OpenCV's fastest algorithm numbers them. A piece's label is its place among the pieces, from 1 on.
export function components(mask) {
  const { width, height, data } = mask;
  const labels = raster(width, height, Int32Array);
  const found = [];
  for (let start = 0; start < data.length; start++) {
    if (data[start] && !labels.data[start]) found.push(flood(mask, labels, start, found.length + 1));
  }
  const order = found.map((_, place) => place).sort((one, other) => found[one].square - found[other].square);
  if (order.every((place, number) => place === number)) return { labels, pieces: found };
  const renamed = new Int32Array(found.length + 1);
  order.forEach((place, number) => { renamed[place + 1] = number + 1; });
  for (let place = 0; place < data.length; place++) labels.data[place] = renamed[labels.data[place]];
  return { labels, pieces: order.map((place) => found[place]) };
}

let stack = new Int32Array(0); // places whose neighbours are still to be looked at; kept, for it is large

function flood({ width, height, data }, labels, start, label) {
  if (stack.length < data.length) stack = new Int32Array(data.length);
  let [left, top, right, bottom, area, square, x2, y2] = [width, height, 0, 0, 0, Infinity, 0, 0];
  let count = 1;
  stack[0] = start;
  labels.data[start] = label;
  while (count) {
    const place = stack[--count];
    const y = Math.floor(place / width);
    const x = place - y * width;
    area += 1;
    x2 += x;
    y2 += y;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
    square = Math.min(square, (y >> 1) * ((width + 1) >> 1) + (x >> 1));
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        const next = ny * width + nx;
        if (!data[next] || labels.data[next]) continue;
        labels.data[next] = label;
        stack[count++] = next;
      }
    }
  }
  return { left, top, width: right - left + 1, height: bottom - top + 1, area, square, x: x2 / area, y: y2 / area };
}
