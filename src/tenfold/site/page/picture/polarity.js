// Whether the ink of a picture is lighter or darker than its paper: picture/polarity.py.

import { blur, mirrored, replicated } from "./morphology.js";
import { cut, deviation, histogram, longer, mean, round, sum } from "./raster.js";

const TWO_TONES = 0.86;
const SHADED = [1, -0.5, 1.5, 0];
const CLEAN = [1, 1, 1, 1.5];
const EDGE = 0.04;
const LEAST_SPREAD = 2;

export function hasLightInk(grey) {
  const signs = [skew(grey, 2, mirrored), skew(grey, 2, replicated), skew(grey, 4, replicated), innerSide(grey)];
  const weights = twoTones(grey) >= TWO_TONES ? CLEAN : SHADED;
  const total = signs.reduce((sofar, sign, place) => sofar + weights[place] * sign, 0);
  return total > 0 || (total === 0 && mean(grey) < 128);
}

// The skewness of the differences from the surroundings: above 0 where those that stand out are lighter.
function skew(grey, share, beyond) {
  const reach = Math.max(3, Math.floor(longer(grey) / share)) | 1;
  const around = blur({ ...grey, data: Float32Array.from(grey.data) }, reach, beyond);
  let [squares, cubes] = [0, 0];
  for (let place = 0; place < grey.data.length; place++) {
    const detail = Math.fround(grey.data[place] - around.data[place]);
    squares += detail * detail;
    cubes += detail * detail * detail;
  }
  const spread = Math.max(Math.sqrt(squares / grey.data.length), 1);
  return cubes / grey.data.length / spread ** 3;
}

function innerSide(grey) {
  const wide = Math.max(1, round(EDGE * longer(grey)));
  const middle = mean(grey);
  const edge = middle - ring(grey, 0, wide);
  const inner = middle - ring(grey, wide, 2 * wide);
  const differ = edge * inner > 0 ? (Math.abs(edge) <= Math.abs(inner) ? edge : inner) : 0;
  return differ / (deviation(grey) + LEAST_SPREAD);
}

function ring(grey, from, to) {
  const { width, height } = grey;
  const [start, stop] = 2 * to > Math.min(width, height) ? [0, 1] : [from, to];
  const thick = stop - start;
  const strips = [
    { left: 0, top: start, width, height: thick }, { left: 0, top: height - stop, width, height: thick },
    { left: start, top: 0, width: thick, height }, { left: width - stop, top: 0, width: thick, height },
  ].map((box) => cut(grey, box));
  const total = strips.reduce((sofar, strip) => sofar + sum(strip), 0);
  return total / strips.reduce((sofar, strip) => sofar + strip.data.length, 0);
}

// The share of the variance that lies between the two halves that Otsu's threshold makes. Otsu 1979.
function twoTones(grey) {
  const shares = histogram(grey).map((count) => count / grey.data.length);
  const middle = shares.reduce((total, share, level) => total + share * level, 0);
  const squares = shares.reduce((total, share, level) => total + share * level * level, 0);
  let [below, mass, between] = [0, 0, 0];
  for (let level = 0; level < 255; level++) {
    below += shares[level];
    mass += shares[level] * level;
    between = Math.max(between, (middle * below - mass) ** 2 / Math.max(below * (1 - below), 1e-9));
  }
  return between / Math.max(squares - middle ** 2, 1e-9);
}
