// A picture of one digit in grey, or in the one colour that shows more: picture/decode.py, for the pixels of a canvas.

import { deviation, longer, raster, round } from "./raster.js";
import { area } from "./resize.js";
import { median } from "./rulings.js";

const DIGIT_SIDE = 480;
const COLOURFUL = 1.5;
const OPAQUE = 128;

// { width, height, data }: red, green, blue and alpha, as a canvas gives them.
export function toGrey(colours) {
  const grey = inGrey(reduced(colours, Math.floor(longer(colours) / DIGIT_SIDE)));
  const shrink = Math.max(1, longer(grey) / DIGIT_SIDE);
  if (shrink === 1) return grey;
  return area(grey, Math.max(1, round(grey.width / shrink)), Math.max(1, round(grey.height / shrink)));
}

// Averages a picture down by a whole number; what is transparent counts for nothing.
function reduced(colours, factor) {
  if (factor <= 1) return colours;
  const { width, height, data } = colours;
  const across = Math.min(factor, width);
  const down = Math.min(factor, height);
  const made = { width: Math.ceil(width / across), height: Math.ceil(height / down) };
  made.data = new Uint8Array(4 * made.width * made.height);
  for (let row = 0; row < made.height; row++) {
    for (let column = 0; column < made.width; column++) {
      const totals = [0, 0, 0, 0];
      const [right, foot] = [Math.min(width, (column + 1) * across), Math.min(height, (row + 1) * down)];
      for (let y = row * down; y < foot; y++) {
        for (let x = column * across; x < right; x++) {
          const at = 4 * (y * width + x);
          for (let channel = 0; channel < 3; channel++) totals[channel] += data[at + channel] * data[at + 3];
          totals[3] += data[at + 3];
        }
      }
      const count = (right - column * across) * (foot - row * down);
      const colour = totals.slice(0, 3).map((total) => Math.round(total / Math.max(totals[3], 1)));
      made.data.set([...colour, Math.round(totals[3] / count)], 4 * (row * made.width + column));
    }
  }
  return made;
}

function inGrey(colours) {
  const { width, height, data } = onPaper(colours);
  const channels = [0, 1, 2].map(() => raster(width, height));
  const grey = raster(width, height);
  let coloured = false;
  for (let place = 0, at = 0; at < data.length; place++, at += 4) {
    const [red, green, blue] = [data[at], data[at + 1], data[at + 2]];
    if (red !== green || green !== blue) coloured = true;
    channels[0].data[place] = red;
    channels[1].data[place] = green;
    channels[2].data[place] = blue;
    grey.data[place] = (red * 9798 + green * 19235 + blue * 3735 + 16384) >> 15; // ITU-R BT.601, as OpenCV rounds it
  }
  if (!coloured) return grey;
  const spreads = channels.map(deviation);
  const widest = Math.max(...spreads);
  return widest > COLOURFUL * deviation(grey) ? channels[spreads.indexOf(widest)] : grey;
}

// Lays a transparent picture on what its ink shows on, or on its own paper where most of it is painted.
function onPaper(colours) {
  const { width, height, data } = colours;
  let opaque = true;
  for (let at = 3; at < data.length && opaque; at += 4) opaque = data[at] === 255;
  if (opaque) return colours;
  const painted = [];
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] >= OPAQUE) painted.push((data[at] + data[at + 1] + data[at + 2]) / 3);
  const own = painted.length ? Math.trunc(median(painted)) : OPAQUE - 1;
  const level = painted.length > (width * height) / 2 ? own : 255 * (own < OPAQUE);
  const laid = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at++) {
    const alpha = data[at | 3] / 255;
    laid[at] = at % 4 === 3 ? 255 : Math.round(data[at] * alpha + level * (1 - alpha));
  }
  return { width, height, data: laid };
}

// The pixels of something that a canvas can draw.
export function pixelsOf(drawable, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  pen.drawImage(drawable, 0, 0, width, height);
  return pen.getImageData(0, 0, width, height);
}
