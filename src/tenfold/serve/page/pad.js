// The sheet that is drawn on: strokes as points, shown smooth, undone one by one.
// Positions are in heights of the sheet, so that they stay right when its width changes.

import { decoded } from "./pictures.js";

const PENS = { digit: 0.066, number: 0.045 }; // width of the pen, in heights of the sheet
const DIGIT = 280; // height and width of the picture of a digit that is sent, in pixels
const NUMBER = 240; // height of the picture of a number that is sent, in pixels
const GAP = 0.4; // widest gap in a number that is sent, in heights of its tallest stroke; wider ones are closed to this
const EDGE = 0.15; // margin left and right of a number that is sent, in heights of the sheet

export class Pad {
  #strokes = [];
  #current = null;
  #kind = "digit";

  constructor(canvas, changed, moved = () => {}) {
    this.canvas = canvas;
    this.changed = changed; // called when a stroke has ended, or was taken back
    this.moved = moved; // called while one is drawn
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.#end(event));
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get empty() { return this.#strokes.length === 0; }

  // A drawing stays, unless the sheet of a digit is too narrow for it.
  set kind(kind) {
    this.#kind = kind;
    if (kind === "digit" && this.#strokes.flat().some(([x]) => x > 1)) this.#strokes = [];
    this.draw();
    this.changed();
  }

  undo() {
    this.#strokes.pop();
    this.draw();
    this.changed();
  }

  clear() {
    this.#strokes = [];
    this.draw();
    this.changed();
  }

  // Shows strokes as if they had just been drawn.
  show(strokes) {
    this.#strokes = strokes;
    this.draw();
    this.changed();
  }

  // The drawing as a PNG file.
  picture() {
    return decoded(this.sheet().toDataURL("image/png").split(",")[1]); // at once; toBlob waits until the browser is idle
  }

  // The drawing on a canvas: black on white, whatever the page looks like.
  sheet() {
    const tall = this.#kind === "digit" ? DIGIT : NUMBER;
    const strokes = this.#kind === "digit" ? this.#strokes : closeGaps(this.#strokes);
    const wide = this.#kind === "digit" ? 1 : Math.max(...strokes.flat().map(([x]) => x)) + EDGE;
    const sheet = Object.assign(document.createElement("canvas"), { width: Math.round(wide * tall), height: tall });
    const pen = sheet.getContext("2d", { willReadFrequently: true }); // drawn in memory, from where it is read
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, sheet.width, tall);
    this.#paint(pen, strokes, tall, "#000");
    return sheet;
  }

  draw() {
    const width = Math.round(this.canvas.clientWidth * devicePixelRatio);
    const height = Math.round(this.canvas.clientHeight * devicePixelRatio);
    if (this.canvas.width !== width || this.canvas.height !== height) Object.assign(this.canvas, { width, height });
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, width, height);
    this.#paint(pen, this.#strokes, height, getComputedStyle(this.canvas).color);
  }

  #paint(pen, strokes, tall, colour) {
    paintStrokes(pen, strokes, tall, PENS[this.#kind] * tall, colour);
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.height, (event.clientY - box.top) / box.height];
  }

  #begin(event) {
    if (this.#current !== null || event.button !== 0) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.#current = event.pointerId;
    this.#strokes.push([this.#place(event)]);
    this.draw();
  }

  #go(event) {
    if (event.pointerId !== this.#current) return;
    const moves = event.getCoalescedEvents?.() ?? [];
    this.#strokes.at(-1).push(...(moves.length ? moves : [event]).map((move) => this.#place(move)));
    this.draw();
    this.moved();
  }

  #end(event) {
    if (event.pointerId !== this.#current) return;
    this.#current = null;
    this.changed();
  }
}

// Paints strokes, points in heights of the sheet, as smooth lines.
export function paintStrokes(pen, strokes, tall, lineWidth, colour) {
  Object.assign(pen, { strokeStyle: colour, fillStyle: colour, lineWidth, lineCap: "round", lineJoin: "round" });
  for (const points of strokes) {
    pen.beginPath();
    const [first, ...rest] = points.map(([x, y]) => [x * tall, y * tall]);
    pen.moveTo(...first);
    pen.lineTo(...first); // a dot is a stroke too
    rest.forEach(([x, y], index) => {
      const [toX, toY] = rest[index + 1] ?? [x, y];
      pen.quadraticCurveTo(x, y, (x + toX) / 2, (y + toY) / 2);
    });
    pen.stroke();
  }
}

// Closes wide gaps between the strokes of a number, and moves the first stroke to the left edge.
function closeGaps(strokes) {
  const spans = strokes.map((points) => {
    const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
    return { points, left: Math.min(...xs), right: Math.max(...xs), tall: Math.max(...ys) - Math.min(...ys) };
  }).sort((one, other) => one.left - other.left);
  const widest = GAP * Math.max(...spans.map(({ tall }) => tall), 0.1);
  let [shift, end] = [EDGE - spans[0].left, spans[0].left];
  return spans.map(({ points, left, right }) => {
    shift -= Math.max(0, left - end - widest);
    end = Math.max(end, right);
    return points.map(([x, y]) => [x + shift, y]);
  });
}
