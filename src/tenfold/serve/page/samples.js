// Digits to try the page with: the ways of a pen, in hundredths of a digit's height; `!` makes a corner, `;` lifts the pen.

import { paintStrokes } from "./pad.js";
import { decoded } from "./pictures.js";

const HANDS = [
  "32,0 9,15 0,50 10,86 31,100 53,84 62,48 53,14 32,0",
  "0,34 16,20 28,0! 29,50 28,100",
  "2,24 12,5 32,0 50,12 50,32 30,66 2,100! 30,99 62,98",
  "2,12 24,0 48,10 46,32 22,46! 50,56 56,82 30,100 0,90",
  "30,0 14,34 0,64! 34,65 66,64 ; 48,38 46,70 44,104",
  "54,2 32,3 12,4! 8,26 5,46! 26,40 50,52 52,82 28,100 0,92",
  "44,0 18,26 2,64 14,96 42,98 54,74 36,54 6,66",
  "0,2 30,3 58,2! 40,40 24,100",
  "50,12 28,0 8,14 18,36 46,56 54,84 28,100 4,84 16,58 44,36 50,12",
  "54,18 34,0 8,12 6,40 30,52 52,34 54,18! 52,60 46,102",
];

const TALL = 0.6; // height of a sample, in heights of the sheet
const LEFT = 0.2; // where the first of several begins

// The strokes of some digits side by side, as the sheet keeps them: points in heights of the sheet.
export function sample(count) {
  const scale = TALL / (count > 1 ? 150 : 100);
  let left = LEFT;
  return Array.from({ length: count }, () => {
    const strokes = parsed(HANDS[Math.floor(Math.random() * HANDS.length)]);
    const xs = strokes.flat().map(([x]) => x);
    const wide = (Math.max(...xs) - Math.min(...xs)) * scale;
    const start = count > 1 ? left : (1 - wide) / 2;
    left += wide + 0.15;
    return strokes.map((points) => points.map(([x, y]) => [start + (x - Math.min(...xs)) * scale, 0.5 + (y - 50) * scale]));
  }).flat();
}

// A point twice is a corner of the smooth line through all of them.
const parsed = (hand) => hand.split(";").map((way) => way.trim().split(" ").flatMap((point) => {
  const place = point.replace("!", "").split(",").map(Number);
  return point.endsWith("!") ? [place, place] : [place];
}));

const PAGE = [1000, 700]; // width and height of the sample page, in pixels
const BOX = 76; // width of its boxes
const ROWS = ["Customer", "Order", "Amount"];
const DIGITS = [8, 6, 4]; // in each of its rows

// A page with three rows of boxes, a number in each or none, as a file.
export function samplePage(filled = true) {
  const [width, height] = PAGE;
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  const pen = canvas.getContext("2d");
  Object.assign(pen, { fillStyle: "#fff", textBaseline: "middle", font: "28px sans-serif" });
  pen.fillRect(0, 0, width, height);
  ROWS.forEach((name, row) => {
    const top = 120 + 190 * row;
    pen.fillStyle = "#333";
    pen.fillText(name, 90, top + BOX / 2);
    for (let place = 0; place < DIGITS[row]; place++) {
      const left = 300 + BOX * place;
      Object.assign(pen, { strokeStyle: "#555", lineWidth: 2 });
      pen.strokeRect(left, top, BOX, 1.15 * BOX);
      if (!filled) continue;
      pen.save();
      pen.translate(left, top + 0.07 * BOX);
      paintStrokes(pen, sample(1), BOX, 0.07 * BOX, "#1b2a6b");
      pen.restore();
    }
  });
  return new File([decoded(canvas.toDataURL("image/png").split(",")[1])], filled ? "sample.png" : "sample form.png", { type: "image/png" });
}
