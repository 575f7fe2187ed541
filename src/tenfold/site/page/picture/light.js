// The light on paper, found around the strokes of one digit and divided out: picture/ink.py and picture/light.py.

import { blur, close, dilate } from "./morphology.js";
import { divide, least, longer, map, most, raster, round } from "./raster.js";
import { area, linear } from "./resize.js";

const WIDEST_STROKE = 0.4;
const FAINTEST = 0.03;
const SHADE = 0.06;
const SEEN = Math.fround(0.2); // compared with numbers of 32 bits, as in Python
const NEARBY = 5;
const RIDGE = 1e-5;
const TERMS = 6;
export const UNEVEN = 0.05;
export { FAINTEST };

// Averages a picture down until its longer side has at most `longest` pixels.
export function shrunk(grey, longest) {
  const shrink = longer(grey) / longest;
  if (shrink <= 1) return grey;
  return area(grey, Math.max(1, round(grey.width / shrink)), Math.max(1, round(grey.height / shrink)));
}

// How light each pixel is beside its paper.
export function besidePaper(grey, light, paper) {
  const everywhere = map(linear(light, grey.width, grey.height), (level) => Math.max(level, 1));
  return divide(grey, everywhere, paper);
}

export const unevenness = (light) => (most(light) - least(light)) / Math.max(most(light), 1);

// How light the paper is at each place of a thumbnail, with and without a model of lamp and lens.
export function paperLight(small) {
  let light = aroundStrokes(small, map(small, () => 255, Float32Array));
  if (unevenness(light) > UNEVEN) {
    const darkened = aroundStrokes(small, fallOfLight(small));
    const inked = (tried) => small.data.reduce((count, level, place) => count + (level < Math.fround(tried.data[place] * Math.fround(1 - 2 * SHADE))), 0);
    if (inked(darkened) < inked(light)) light = darkened;
  }
  return map(light, (level) => Math.min(255, Math.max(1, Math.floor(level))));
}

function aroundStrokes(small, model) {
  const even = map(small, (level, place) => (level * 255) / model.data[place], Float32Array);
  const above = close(even, round(WIDEST_STROKE * longer(small)) | 1);
  const lit = map(above, (level, place) => level * model.data[place], Float32Array);
  const contrast = Math.min(2 * SHADE, Math.max(FAINTEST, unevenness(lit) / 3));
  const inked = map(even, (level, place) => (level < above.data[place] * (1 - contrast) ? 1 : 0));
  const paper = map(dilate(inked, 3), (ink) => 1 - ink, Float32Array);
  const share = blur(paper, NEARBY);
  const level = blur(map(paper, (seen, place) => seen * even.data[place], Float32Array), NEARBY);
  const beyond = blur(above, NEARBY);
  return map(share, (seen, place) => {
    const light = seen > SEEN ? level.data[place] / Math.max(seen, SEEN) : beyond.data[place];
    return (light * model.data[place]) / 255;
  }, Float32Array);
}

// The smooth part of the light: a quadratic polynomial of the place, fitted three times to what is not darker.
function fallOfLight(small) {
  const { width, height, data } = small;
  const terms = termsOf(width, height);
  const count = data.length;
  const fit = raster(width, height, Float32Array);
  let paper = new Uint8Array(count).fill(1);
  for (let turn = 0; turn < 3; turn++) {
    const normal = terms.map((one) => terms.map((other) => dot(count, (place) => paper[place] * one[place] * other[place])));
    terms.forEach((_, term) => { normal[term][term] += RIDGE * count; });
    const weights = solve(normal, terms.map((term) => dot(count, (place) => paper[place] * term[place] * data[place])));
    for (let place = 0; place < count; place++) {
      fit.data[place] = terms.reduce((total, term, which) => total + weights[which] * term[place], 0);
    }
    paper = Uint8Array.from(data, (level, place) => (level > Math.fround(fit.data[place] * Math.fround(1 - SHADE)) ? 1 : 0));
  }
  return map(fit, (level) => Math.min(255, Math.max(16, level)), Float32Array);
}

function termsOf(width, height) {
  const terms = Array.from({ length: TERMS }, () => new Float32Array(width * height));
  const step = (place, count) => (count > 1 ? -1 + (2 * place) / (count - 1) : -1);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [step(column, width), step(row, height)];
      [1, x, y, x * x, x * y, y * y].forEach((value, term) => { terms[term][row * width + column] = value; });
    }
  }
  return terms;
}

function dot(count, at) {
  let total = 0;
  for (let place = 0; place < count; place++) total += at(place);
  return total;
}

// Solves a small system of linear equations by Gauss's elimination with pivots.
function solve(matrix, right) {
  const rows = matrix.map((row, place) => [...row, right[place]]);
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let row = column + 1; row < size; row++) if (Math.abs(rows[row][column]) > Math.abs(rows[pivot][column])) pivot = row;
    [rows[column], rows[pivot]] = [rows[pivot], rows[column]];
    for (let row = 0; row < size; row++) {
      if (row === column) continue;
      const factor = rows[row][column] / rows[column][column];
      for (let place = column; place <= size; place++) rows[row][place] -= factor * rows[column][place];
    }
  }
  return rows.map((row, place) => row[size] / row[place]);
}
