// The sheet that is drawn on: strokes as points, shown smooth, undone one by one.

const WIDTH = 0.066; // of the sheet's side
const SENT = 280; // pixels each way of the picture that is sent

export class Pad {
  #strokes = [];
  #current = null;

  constructor(canvas, changed) {
    this.canvas = canvas;
    this.changed = changed; // is told whether a stroke was ended, or taken back
    canvas.addEventListener("pointerdown", (event) => this.#begin(event));
    canvas.addEventListener("pointermove", (event) => this.#go(event));
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, (event) => this.#end(event));
    new ResizeObserver(() => this.draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  get empty() { return this.#strokes.length === 0; }

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

  // The drawing as a PNG file: black on white, whatever the page looks like.
  picture() {
    const sheet = Object.assign(document.createElement("canvas"), { width: SENT, height: SENT });
    const pen = sheet.getContext("2d");
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, SENT, SENT);
    this.#paint(pen, SENT, "#000");
    return new Promise((resolve) => sheet.toBlob(resolve, "image/png"));
  }

  draw() {
    const side = Math.round(this.canvas.clientWidth * devicePixelRatio);
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    const pen = this.canvas.getContext("2d");
    pen.clearRect(0, 0, side, side);
    this.#paint(pen, side, getComputedStyle(this.canvas).color);
  }

  #paint(pen, side, colour) {
    Object.assign(pen, { strokeStyle: colour, fillStyle: colour, lineWidth: WIDTH * side, lineCap: "round", lineJoin: "round" });
    for (const points of this.#strokes) {
      pen.beginPath();
      const [first, ...rest] = points.map(([x, y]) => [x * side, y * side]);
      pen.moveTo(...first);
      pen.lineTo(...first); // a dot is a stroke too
      rest.forEach(([x, y], index) => {
        const [toX, toY] = rest[index + 1] ?? [x, y];
        pen.quadraticCurveTo(x, y, (x + toX) / 2, (y + toY) / 2);
      });
      pen.stroke();
    }
  }

  #place(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
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
  }

  #end(event) {
    if (event.pointerId !== this.#current) return;
    this.#current = null;
    this.changed();
  }
}
