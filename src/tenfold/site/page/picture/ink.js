// From a picture in grey to ink on clean paper: picture/ink.py, where what the numbers mean is told.

import { FAINTEST, UNEVEN, besidePaper, paperLight, shrunk, unevenness } from "./light.js";
import { erodeFromEdges } from "./morphology.js";
import { hasLightInk } from "./polarity.js";
import { cut, histogram, inverted, longer, looked, sum, threshold, windowOf } from "./raster.js";
import { cubic } from "./resize.js";

const ENLARGED = 96;
export const THUMBNAIL = 64;
const NOISE = 4;
const CLEARLY = 1.5;
const REMAINS = 0.12;
const PAPER = 200;
const OVER_MEDIAN = 1.4826;
const STROKE_EDGE = 0.45;

// The ink, its mask, the grain of the paper and what was done; null where there is no ink.
export function separateInk(picture) {
  const enlarge = Math.ceil(ENLARGED / longer(picture));
  let grey = enlarge > 1 ? cubic(picture, enlarge) : picture;
  let small = shrunk(grey, THUMBNAIL);
  const steps = [];
  if (hasLightInk(small)) {
    [grey, small] = [inverted(grey), inverted(small)];
    steps.push("inverted");
  }
  const light = paperLight(small);
  const shade = besidePaper(grey, light, PAPER);
  const uneven = unevenness(light);
  const darkness = darknessOf(shade, uneven);
  if (darkness === null) return null;
  const { floor, full, paper } = darkness;
  const darker = (level) => Math.floor(Math.min(255, Math.max(0, (255 * (PAPER - level - floor)) / (full - floor))));
  const ink = looked(shade, Uint8Array.from({ length: 256 }, (_, level) => darker(level)));
  if (uneven > UNEVEN) steps.unshift("background divided out");
  return { ink, mask: maskOf(ink), grain: Math.max(0, (255 * (paper - floor)) / (full - floor)), steps };
}

export const maskOf = (ink, level = STROKE_EDGE * 255) => threshold(ink, level);

// The mean width of strokes, in pixels: their area over half their outline.
export function strokeWidth(mask) {
  const area = sum(mask);
  if (!area) return 0;
  const inside = cut(mask, windowOf(mask));
  return (2 * area) / Math.max(area - sum(erodeFromEdges(inside)), 1);
}

function darknessOf(shade, uneven) {
  const counts = histogram(shade);
  const darker = counts.slice(0, PAPER + 1).reverse();
  const roughness = OVER_MEDIAN * medianPlace(counts.slice(PAPER));
  const remains = REMAINS * uneven * PAPER;
  const faintest = Math.max(FAINTEST * PAPER, NOISE * roughness, remains);
  const start = Math.floor(faintest) + 1;
  if (start > PAPER || !darker.slice(start).some((count) => count)) return null;
  const full = upperMean(darker.slice(start)) + start;
  if (full < CLEARLY * faintest) return null;
  return { floor: Math.min((NOISE / 2) * roughness + remains, full / 3), full, paper: NOISE * roughness + remains };
}

// The place at which half of what is counted is reached.
function medianPlace(counts) {
  const half = counts.reduce((total, count) => total + count, 0) / 2;
  let reached = 0;
  for (let place = 0; place < counts.length; place++) {
    reached += counts[place];
    if (reached >= half) return place;
  }
  return counts.length;
}

// Splits a histogram in two by Otsu's threshold and gives the mean of the upper part.
function upperMean(counts) {
  const total = counts.reduce((sofar, count) => sofar + count, 0);
  const mass = counts.reduce((sofar, count, level) => sofar + count * level, 0);
  let [below, lower, best, split] = [0, 0, -1, { count: total, mass }];
  for (let level = 0; level < counts.length - 1; level++) {
    below += counts[level];
    lower += counts[level] * level;
    const apart = (mass * below - lower * total) ** 2 / Math.max(below * (total - below), 1e-9);
    if (apart > best) [best, split] = [apart, { count: total - below, mass: mass - lower }];
  }
  return split.count ? split.mass / split.count : mass / total;
}
