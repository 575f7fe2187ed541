// From one digit's ink, of any size, to 28×28 the way MNIST's makers placed it: picture/frame.py.

import { bounds, byte, cut, map, most, padded, paste, raster, round, some } from "./raster.js";
import { area, cubic } from "./resize.js";

export const SIDE = 28;
export const BOX = 20;
const CENTRE = SIDE / 2;
const PEAK = 254;

export function frame(ink) {
  const box = boxed(cut(ink, bounds(ink)));
  const peak = most(box);
  return centre(map(box, (level) => byte(level * Math.fround(255 / peak))));
}

function centre(box) {
  const [left, top] = corner(box);
  return paste(raster(SIDE, SIDE), box, left, top);
}

// Whether an image is already as `frame` would leave it.
export function isFramed(image) {
  if (image.width !== SIDE || image.height !== SIDE || !some(image)) return false;
  const { width, height } = bounds(image);
  return Math.max(width, height) <= BOX && most(image) >= PEAK && corner(image).every((place) => place === 0);
}

// Averages ink down so that its longer side is 20, its pixels still square.
function boxed(ink) {
  const longest = Math.max(ink.width, ink.height);
  if (longest < BOX) return boxed(cubic(ink, BOX));
  const [width, height] = [ink.width, ink.height].map((side) => Math.ceil((side * BOX) / longest));
  const across = round((width * longest) / BOX) - ink.width;
  const down = round((height * longest) / BOX) - ink.height;
  const [left, top] = [across >> 1, down >> 1];
  const whole = padded(ink, left, top, across - left, down - top);
  return area(map(whole, (level) => level, Float32Array), width, height);
}

// Where a box's left top corner goes, so that its centre of mass falls into the central pixel.
function corner({ width, height, data }) {
  let [total, across, down] = [0, 0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const mass = data[y * width + x];
      total += mass;
      across += mass * (x + 0.5);
      down += mass * (y + 0.5);
    }
  }
  return [CENTRE - Math.trunc(across / total), CENTRE - Math.trunc(down / total)];
}
