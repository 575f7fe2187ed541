// Pictures made larger and smaller, as OpenCV's `resize` does it.

import { byte, map, raster, round } from "./raster.js";

const ONE = 2048; // the whole number that OpenCV weighs bytes with in place of 1

// Averages a picture down; sides that stay as they are stay exactly.
export function area(picture, width, height) {
  if (width === picture.width && height === picture.height) return picture;
  const whole = picture.data instanceof Uint8Array;
  if (whole && picture.width === 2 * width && picture.height === 2 * height) return halved(picture);
  const across = shares(picture.width, width);
  const down = shares(picture.height, height);
  const made = raster(width, height, whole ? Uint8Array : Float32Array);
  const total = new Float32Array(width);
  for (let y = 0; y < height; y++) {
    total.fill(0);
    for (let line = down.start[y]; line < down.start[y + 1]; line++) {
      const from = (down.first[y] + line - down.start[y]) * picture.width;
      const weight = down.weights[line];
      for (let x = 0; x < width; x++) total[x] += Math.fround(weight * along(picture.data, from, across, x));
    }
    for (let x = 0; x < width; x++) made.data[y * width + x] = whole ? byte(total[x]) : total[x];
  }
  return made;
}

// The weighted sum of what one place of a smaller row covers, in numbers of 32 bits.
function along(data, from, { first, start, weights }, x) {
  let value = 0;
  let column = from + first[x];
  for (let place = start[x]; place < start[x + 1]; place++) value = Math.fround(value + Math.fround(data[column++] * weights[place]));
  return value;
}

function halved({ width, data }) {
  const made = raster(width / 2, data.length / width / 2);
  return map(made, (_, place) => {
    const at = 2 * (Math.floor(place / made.width) * width + (place % made.width));
    return (data[at] + data[at + 1] + data[at + width] + data[at + width + 1] + 2) >> 2;
  });
}

// For each place of the smaller side the first place of the larger one that it covers, and the share of each from there on.
function shares(from, to) {
  const scale = from / to;
  const [first, start, weights] = [new Int32Array(to), new Int32Array(to + 1), []];
  for (let place = 0; place < to; place++) {
    const begin = place * scale;
    const end = begin + scale;
    const cell = Math.min(scale, from - begin);
    const last = Math.min(Math.floor(end), from - 1);
    const whole = Math.min(Math.ceil(begin), last);
    first[place] = whole;
    if (whole - begin > 1e-3) {
      first[place] = whole - 1;
      weights.push((whole - begin) / cell);
    }
    for (let column = whole; column < last; column++) weights.push(1 / cell);
    if (end - last > 1e-3) weights.push(Math.min(end - last, 1, cell) / cell);
    start[place + 1] = weights.length;
  }
  return { first, start, weights: Float32Array.from(weights) };
}

// Weighs two neighbours in rows, then two in columns, with whole numbers.
export function linear(picture, width, height) {
  if (width === picture.width && height === picture.height) return picture;
  const across = places(picture.width, width);
  const down = places(picture.height, height);
  const made = raster(width, height);
  for (let y = 0; y < height; y++) {
    const { first, part } = down[y];
    const [above, below] = [first, first + 1].map((row) => within(row, picture.height) * picture.width);
    const [upper, lower] = [round((1 - part) * ONE), round(part * ONE)];
    for (let x = 0; x < width; x++) {
      const { from, to, left, right } = across[x];
      const one = (picture.data[above + from] * left + picture.data[above + to] * right) >> 4;
      const other = (picture.data[below + from] * left + picture.data[below + to] * right) >> 4;
      made.data[y * width + x] = (((upper * one) >> 16) + ((lower * other) >> 16) + 2) >> 2;
    }
  }
  return made;
}

// Enlarges a picture by a whole number: four neighbours in rows, then four in columns.
export function cubic(picture, times) {
  const [width, height] = [picture.width * times, picture.height * times];
  const across = places(picture.width, width);
  const down = places(picture.height, height);
  const rows = raster(width, picture.height, Float32Array);
  for (let y = 0; y < picture.height; y++) {
    for (let x = 0; x < width; x++) {
      const { first, weights } = across[x];
      let total = 0;
      for (let off = 0; off < 4; off++) total += picture.data[y * picture.width + within(first + off - 1, picture.width)] * weights[off];
      rows.data[y * width + x] = total;
    }
  }
  const made = raster(width, height);
  for (let y = 0; y < height; y++) {
    const { first, weights } = down[y];
    const lines = weights.map((_, off) => within(first + off - 1, picture.height) * width);
    for (let x = 0; x < width; x++) {
      let total = 0;
      for (let off = 0; off < 4; off++) total += rows.data[lines[off] + x] * weights[off];
      made.data[y * width + x] = byte(total);
    }
  }
  return made;
}

const within = (place, count) => Math.min(count - 1, Math.max(0, place));

// For each place of one side where it lies between the places of the other, and what its neighbours weigh.
function places(count, wanted) {
  return Array.from({ length: wanted }, (_, place) => {
    const at = Math.fround(((place + 0.5) * count) / wanted - 0.5);
    const first = Math.floor(at);
    const part = Math.fround(at - first);
    const [from, to] = [within(first, count), within(first + 1, count)];
    return { first, part, from, to, left: round((1 - part) * ONE), right: round(part * ONE), weights: cubicWeights(part) };
  });
}

// Keys 1981, "Cubic convolution interpolation", with OpenCV's a.
function cubicWeights(part) {
  const a = -0.75;
  const near = (x) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const first = ((a * (part + 1) - 5 * a) * (part + 1) + 8 * a) * (part + 1) - 4 * a;
  const [second, third] = [near(part), near(1 - part)];
  return [first, second, third, 1 - first - second - third];
}
