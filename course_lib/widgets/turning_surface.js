// Draws a surface in space by its faces, the faces behind first, and a plane cut beside it. The kernel
// has computed every polygon; here they are only turned, so that a move needs no kernel.
// plots/solid.py draws the same picture for paper.

const SIDE = 340; // CSS pixels of either picture
const LIGHT = [0.35, 0.45, 0.82];

const dot = (p, q) => p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
const radians = (degrees) => (degrees * Math.PI) / 180;

// Towards the eye, to the right, and up.
function frameOf(turn, tilt) {
  const [ct, st, cu, su] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  return [
    [cu * ct, cu * st, su],
    [-st, ct, 0],
    [-su * ct, -su * st, cu],
  ];
}

function normalOf(face) {
  const [o, ...rest] = face;
  const n = [0, 0, 0];
  for (let k = 0; k + 1 < rest.length; k++) {
    const p = rest[k].map((e, i) => e - o[i]);
    const q = rest[k + 1].map((e, i) => e - o[i]);
    n[0] += p[1] * q[2] - p[2] * q[1];
    n[1] += p[2] * q[0] - p[0] * q[2];
    n[2] += p[0] * q[1] - p[1] * q[0];
  }
  const length = Math.hypot(...n) || 1;
  return n.map((e) => e / length);
}

function shade(normal, eye, colour) {
  const outside = dot(normal, eye) > 0;
  const share = (0.55 + 0.45 * Math.abs(dot(normal, LIGHT))) * (outside ? 1 : 0.7);
  const white = outside ? 0.35 : 0;
  const parts = [1, 3, 5].map((k) => parseInt(colour.slice(k, k + 2), 16) / 255);
  const mixed = parts.map((part) => Math.min(255, Math.round(255 * (part * (1 - white) + white) * share)));
  return `rgb(${mixed.join(",")})`;
}

class Sheet {
  constructor(name, reach) {
    this.canvas = document.createElement("canvas");
    this.canvas.className = `surface-canvas ${name}`;
    this.canvas.setAttribute("role", "img");
    this.reach = reach; // half of what the sheet shows
  }

  start() {
    const scale = window.devicePixelRatio || 1;
    const pixels = Math.round(SIDE * scale);
    if (this.canvas.width !== pixels) {
      this.canvas.width = this.canvas.height = pixels;
      this.canvas.style.width = `${SIDE}px`;
    }
    this.context = this.canvas.getContext("2d");
    this.context.setTransform(scale, 0, 0, scale, 0, 0);
    this.context.clearRect(0, 0, SIDE, SIDE);
    this.context.lineJoin = "round";
  }

  place([x, y]) {
    const unit = SIDE / (2 * this.reach);
    return [SIDE / 2 + x * unit, SIDE / 2 - y * unit];
  }

  path(points, closed = true) {
    this.context.beginPath();
    for (const point of points) this.context.lineTo(...this.place(point));
    if (closed) this.context.closePath();
  }

  line(points, colour, width, dash = []) {
    this.path(points, false);
    this.context.setLineDash(dash);
    this.context.strokeStyle = colour;
    this.context.lineWidth = width;
    this.context.stroke();
    this.context.setLineDash([]);
  }

  polygon(points, fill, stroke, width) {
    this.path(points);
    this.context.fillStyle = fill;
    this.context.fill();
    this.context.strokeStyle = stroke;
    this.context.lineWidth = width;
    this.context.stroke();
  }

  text(words, at) {
    this.context.fillStyle = "#444444";
    this.context.font = "12px system-ui, sans-serif";
    this.context.textAlign = "center";
    this.context.textBaseline = "middle";
    this.context.fillText(words, ...this.place(at));
  }
}

const circle = Array.from({ length: 97 }, (_, k) => [Math.cos((k * Math.PI) / 48), Math.sin((k * Math.PI) / 48)]);

// The middle of an edge along that axis, the one that lies farthest out in the picture.
function outermost(axis, flat) {
  const ends = [[-1, -1], [-1, 1], [1, -1], [1, 1]];
  const middles = ends.map((p) => flat([...p.slice(0, axis), 0, ...p.slice(axis)]));
  const score = ([x, y]) => x * x + y * y - 0.2 * x - 0.4 * y;
  return middles.reduce((best, p) => (score(p) > score(best) ? p : best));
}

function drawSolid(sheet, solid, side, palette, height, [eye, right, up]) {
  const flat = (p) => [dot(p, right), dot(p, up)];
  sheet.start();
  const ends = [-side, side];
  for (const a of ends)
    for (const b of ends)
      for (const edge of [
        [[-side, a, b], [side, a, b]],
        [[a, -side, b], [a, side, b]],
        [[a, b, -side], [a, b, side]],
      ])
        sheet.line(edge.map(flat), "#999999", 0.8);
  for (let axis = 0; axis < 3; axis++) {
    sheet.text(["x₁", "x₂", "x₃"][axis], outermost(axis, flat).map((e) => 1.1 * side * e));
  }
  const parts = [
    ...solid.faces.map((face) => [face, shade(normalOf(face), eye, palette.face)]),
    ...solid.caps.map((cap) => [cap, palette.positive]),
  ].map(([face, colour]) => [face.reduce((sum, p) => sum + dot(p, eye), 0) / face.length, face, colour]);
  parts.sort((a, b) => a[0] - b[0]);
  for (const [, face, colour] of parts) sheet.polygon(face.map(flat), colour, palette.rim, 0.7);
  for (let axis = 0; axis < 3; axis++) {
    const inSpace = circle.map((p) => [...p.slice(0, axis), 0, ...p.slice(axis)]);
    sheet.line(inSpace.map(flat), palette.target, 0.8, [4, 3]);
  }
  const plane = [[-side, -side], [side, -side], [side, side], [-side, side], [-side, -side]];
  sheet.line(plane.map((p) => flat([...p, height])), palette.seam, 1.6);
  if (solid.tube) drawTube(sheet, flat(solid.tube.from), flat(solid.tube.to), palette.witness);
}

function drawTube(sheet, from, to, colour) {
  sheet.line([from, to], colour, 3);
  const [a, b] = [sheet.place(from), sheet.place(to)];
  const angle = Math.atan2(b[1] - a[1], b[0] - a[0]);
  const { context } = sheet;
  context.fillStyle = colour;
  context.beginPath();
  context.moveTo(...b);
  for (const turn of [2.7, -2.7]) context.lineTo(b[0] + 12 * Math.cos(angle + turn), b[1] + 12 * Math.sin(angle + turn));
  context.closePath();
  context.fill();
}

function drawSlice(sheet, polygons, side, palette) {
  sheet.start();
  const frame = [[-side, -side], [side, -side], [side, side], [-side, side]];
  sheet.polygon(frame, palette.negative, "#444444", 1);
  for (const polygon of polygons) sheet.polygon(polygon, palette.positive, palette.hatch, 1);
  sheet.line(circle, palette.target, 1.4, [7, 5]);
  for (let k = Math.ceil(1 - side); k < side; k++) {
    sheet.line([[k, -side], [k, -side - 0.12]], "#444444", 1);
    sheet.line([[-side, k], [-side - 0.12, k]], "#444444", 1);
    sheet.text(String(k).replace("-", "−"), [k, -side - 0.4]);
    sheet.text(String(k).replace("-", "−"), [-side - 0.4, k]);
  }
  sheet.text("x₁", [side - 0.1, -side - 0.4]);
  sheet.text("x₂", [-side - 0.4, side - 0.1]);
}

function render({ model, el }) {
  const side = model.get("side");
  const palette = model.get("palette");
  const solids = JSON.parse(model.get("solids"));
  const heights = model.get("heights");
  const tilts = model.get("tilts");
  const solidSheet = new Sheet("surface-solid", 1.75 * side);
  const sliceSheet = new Sheet("surface-slice", 1.2 * side);
  const node = (tag, className) => Object.assign(document.createElement(tag), { className });
  const headline = node("div", "surface-headline");
  const row = node("div", "surface-row");
  const list = node("dl", "surface-facts");
  list.setAttribute("aria-live", "polite");
  row.append(solidSheet.canvas, sliceSheet.canvas);
  el.classList.add("surface-view");
  el.append(headline, row, list);

  const signed = (number) => String(number).replace("-", "−");
  const degrees = () => (360 / model.get("turns")) * model.get("turn");
  const spoken = [
    () => solids[model.get("position")].name,
    () => `turned by ${degrees()} degrees`,
    () => `${signed(tilts[model.get("tilt")])} degrees above the horizon`,
    () => `x₃ = ${signed(heights[model.get("slice")])}`,
  ];
  const pull = { turn: 0, tilt: 0 }; // how far a drag has gone beyond the sliders' steps, in degrees

  const show = () => {
    const solid = solids[model.get("position")];
    const cut = solid.slices[model.get("slice")];
    const height = heights[model.get("slice")];
    const frame = frameOf(radians(degrees() + pull.turn), radians(tilts[model.get("tilt")] + pull.tilt));
    drawSolid(solidSheet, solid, side, palette, height, frame);
    drawSlice(sliceSheet, cut.polygons, side, palette);
    headline.textContent = `${solid.name}, slice at x₃ = ${signed(height)}`;
    const facts = [...solid.facts, ...cut.facts];
    list.replaceChildren(
      ...facts.flat().map((text, k) => Object.assign(document.createElement(k % 2 ? "dd" : "dt"), { textContent: text })),
    );
    const say = (some) => some.map(([label, text]) => `${label} ${text}`).join(", ");
    solidSheet.canvas.setAttribute("aria-label", `${solid.name}, ${spoken[1]()}: ${say(solid.facts)}.`);
    sliceSheet.canvas.setAttribute("aria-label", `${solid.name}, ${spoken[3]()}: ${say(cut.facts)}.`);
  };

  let from = null;
  const put = (name, value) => model.get(name) !== value && model.set(name, value);
  const drag = (event) => {
    if (!from) return;
    const turns = model.get("turns");
    const turn = from.turn - (event.clientX - from.x) * 0.6;
    const tilt = Math.max(-60, Math.min(60, from.tilt + (event.clientY - from.y) * 0.6));
    const step = Math.round((turn * turns) / 360);
    const nearest = tilts.map((t) => Math.abs(t - tilt));
    const k = nearest.indexOf(Math.min(...nearest));
    pull.turn = turn - (step * 360) / turns;
    pull.tilt = tilt - tilts[k];
    put("turn", ((step % turns) + turns) % turns);
    put("tilt", k);
    show();
  };
  const canvas = solidSheet.canvas;
  const grab = (event) => {
    canvas.setPointerCapture(event.pointerId);
    const tilt = tilts[model.get("tilt")] + pull.tilt;
    from = { x: event.clientX, y: event.clientY, turn: degrees() + pull.turn, tilt };
  };
  const release = () => {
    from = null;
    model.save_changes?.();
  };
  canvas.addEventListener("pointerdown", grab);
  canvas.addEventListener("pointermove", drag);
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);

  const moved = () => {
    if (!from) pull.turn = pull.tilt = 0; // a slider means its own step
    show();
  };
  const events = ["position", "turn", "tilt", "slice"].map((name) => `change:${name}`);
  events.forEach((event) => model.on(event, moved));
  const observers = [whenAttached(el, () => observers.push(nameSliders(el, (k) => spoken[k]?.() ?? "")))];
  observers.push(new ResizeObserver(show)); // a zoomed page wants sharper pixels
  observers[1].observe(el);
  show();
  return () => {
    observers.forEach((observer) => observer.disconnect());
    events.forEach((event) => model.off(event, moved));
  };
}

export default { render };
