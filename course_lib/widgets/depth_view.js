// Draws {f > 0} for networks in the plane, one canvas per family, at the depth the slider asks for.
//
// Every network is evaluated here, in double precision, so that a move needs no kernel. A network
// becomes one bit per cell, once; a move only looks its bits up. That is why there is no WebGL: with
// the bits at hand it has nothing to speed up, and without a graphics card it is the slower way.

const MARGIN = { left: 46, right: 10, top: 8, bottom: 42 }; // CSS pixels around the plot
const HATCH = 9; // cells between two lines of the hatch
const COARSE = 5; // cells per side that a first, coarse picture takes together

// ---------------------------------------------------------------- networks on a grid of cells

function makeGrid(box, n) {
  const centres = ([low, high]) => Float64Array.from({ length: n }, (_, k) => low + (k + 0.5) * ((high - low) / n));
  return { n, xs: centres(box[0]), ys: centres(box[1]).reverse() }; // row 0 is the top of the picture
}

// z += sum of weight times input, two inputs in one pass over the cells, then relu for a hidden
// neuron. A pass costs what it reads and writes, so that pairs make networks of width 2 twice as fast.
function addInputs(z, inputs, weights, hidden) {
  for (let i = 0; i < inputs.length; i += 2) {
    const [p, x] = [weights[i], inputs[i]];
    const [q, y] = i + 1 < inputs.length ? [weights[i + 1], inputs[i + 1]] : [0, x];
    const floor = hidden && i + 2 >= inputs.length ? 0 : -Infinity;
    for (let k = 0; k < z.length; k++) {
      const sum = z[k] + p * x[k] + q * y[k];
      z[k] = sum < floor ? floor : sum; // NaN passes through, as it does in torch
    }
  }
}

const setBit = (bits, k) => (bits[k >> 3] |= 1 << (k & 7));
const getBit = (bits, k) => (bits[k >> 3] >> (k & 7)) & 1;

// One block, x + u relu(w·x + b), on all cells. The plane has its own loop: it is the usual case.
function plane([x, y], [u0, u1, w0, w1, b]) {
  for (let k = 0; k < x.length; k++) {
    const z = w0 * x[k] + w1 * y[k] + b;
    if (z > 0) {
      x[k] += z * u0;
      y[k] += z * u1;
    }
  }
}

function space(state, row) {
  const d = state.length;
  const z = new Float64Array(state[0].length).fill(row[2 * d]);
  addInputs(z, state, row.subarray(d, 2 * d), true);
  state.forEach((x, i) => {
    for (let k = 0; k < x.length; k++) x[k] += z[k] * row[i];
  });
}

class BitPlanes {
  constructor(model, resolution) {
    const view = model.get("weights");
    const bytes = view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength);
    this.weights = model.get("precision") === "float32" ? new Float32Array(bytes) : new Float64Array(bytes);
    this.nets = model.get("nets");
    this.grid = makeGrid(model.get("box"), resolution);
    this.planes = new Map();
    const frames = model.get("panels").flatMap((panel) => panel.frames);
    this.wanted = new Set(frames.map(({ net, depth }) => `${net}:${depth}`));
    this.pending = null;
  }

  // The bits of a frame, now.
  get(frame) {
    this.ready(frame, Infinity);
    return this.planes.get(`${frame.net}:${frame.depth}`);
  }

  // Work on a frame until the deadline; whether its bits are there.
  ready(frame, deadline) {
    const key = `${frame.net}:${frame.depth}`;
    if (this.planes.has(key)) return true;
    if (this.pending?.key !== key) this.pending = { key, work: this.compute(frame) };
    while (!this.pending.work.next().done) if (performance.now() >= deadline) return false;
    this.pending = null;
    return true;
  }

  // Yields between rows or blocks, so that a slow network never holds up the page.
  compute(frame) {
    const net = this.nets[frame.net];
    return net.kind === "resnet" ? this.resnet(net, frame) : this.fullyConnected(net, frame);
  }

  *fullyConnected(net, frame) {
    const { n, xs, ys } = this.grid;
    const bits = new Uint8Array(Math.ceil((n * n) / 8));
    const layers = net.widths.map((width) => Array.from({ length: width }, () => new Float64Array(n)));
    for (let row = 0; row < n; row++) {
      layers[0][0].set(xs);
      layers[0][1].fill(ys[row]); // all further inputs stay 0: a slice
      const out = this.forward(layers, net.at);
      for (let k = 0; k < n; k++) if (out[k] > 0) setBit(bits, row * n + k);
      yield;
    }
    this.planes.set(`${frame.net}:${frame.depth}`, bits);
  }

  // One row of cells through all layers; relu between them, none after the last.
  forward(layers, at) {
    const n = this.grid.n;
    for (let layer = 1; layer < layers.length; layer++) {
      const input = layers[layer - 1];
      const bias = at + layers[layer].length * input.length;
      const hidden = layer < layers.length - 1;
      layers[layer].forEach((z, j) => {
        const start = at + j * input.length;
        addInputs(z.fill(this.weights[bias + j]), input, this.weights.subarray(start, bias), hidden);
      });
      at = bias + layers[layer].length;
    }
    return layers[layers.length - 1][0];
  }

  // The state travels through the blocks once and leaves the bits of every prefix behind.
  *resnet(net, frame) {
    if (this.run?.net !== frame.net || this.run.done > frame.depth) this.run = this.start(frame.net);
    const run = this.run;
    this.readOut(net, run);
    while (run.done < frame.depth) {
      this.block(net, run);
      this.readOut(net, run);
      yield;
    }
  }

  start(net) {
    const { n, xs, ys } = this.grid;
    const [x, y, ...rest] = Array.from({ length: this.nets[net].dim ?? 2 }, () => new Float64Array(n * n));
    for (let row = 0; row < n; row++) {
      x.set(xs, row * n);
      y.fill(ys[row], row * n, (row + 1) * n);
    }
    return { net, state: [x, y, ...rest], done: 0 };
  }

  block(net, run) {
    const d = run.state.length;
    const start = net.at + d + 1 + (2 * d + 1) * run.done;
    const row = this.weights.subarray(start, start + 2 * d + 1); // u, w, b
    if (d === 2) plane(run.state, row);
    else space(run.state, row);
    run.done++;
  }

  readOut(net, run) {
    const key = `${run.net}:${run.done}`;
    if (this.planes.has(key) || !this.wanted.has(key)) return;
    const d = run.state.length;
    const f = new Float64Array(run.state[0].length).fill(this.weights[net.at + d]);
    addInputs(f, run.state, this.weights.subarray(net.at, net.at + d), false);
    const bits = new Uint8Array(Math.ceil(f.length / 8));
    for (let k = 0; k < f.length; k++) if (f[k] > 0) setBit(bits, k);
    this.planes.set(key, bits);
  }
}

// ---------------------------------------------------------------- from bits to pixels

function packed(colour) {
  const rgb = parseInt(colour.slice(1), 16);
  return (0xff000000 | ((rgb & 0xff) << 16) | (rgb & 0xff00) | (rgb >> 16)) >>> 0;
}

// Colour is not the only cue: the positive set is hatched and has a dark rim.
function paint(bits, n, pixels, colours) {
  const [negative, positive, hatch, rim] = colours;
  for (let row = 0, k = 0; row < n; row++) {
    for (let column = 0; column < n; column++, k++) {
      if (!getBit(bits, k)) {
        pixels[k] = negative;
        continue;
      }
      const inside =
        (column === 0 || getBit(bits, k - 1)) &&
        (column === n - 1 || getBit(bits, k + 1)) &&
        (row === 0 || getBit(bits, k - n)) &&
        (row === n - 1 || getBit(bits, k + n));
      pixels[k] = !inside ? rim : (row + column) % HATCH === 0 ? hatch : positive;
    }
  }
}

// The bits of a frame on a coarse grid, each spread over the cells of the fine one that it covers.
function magnified(coarse, frame, n) {
  const few = coarse.get(frame);
  const bits = new Uint8Array(Math.ceil((n * n) / 8));
  const place = Array.from({ length: n }, (_, k) => Math.floor((k * coarse.grid.n) / n));
  for (let row = 0, k = 0; row < n; row++)
    for (let column = 0; column < n; column++, k++)
      if (getBit(few, place[row] * coarse.grid.n + place[column])) setBit(bits, k);
  return bits;
}

function ticks(low, high) {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough);
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, k) => Number(((first + k) * step).toPrecision(12)));
}

class Picture {
  constructor(canvas, model) {
    this.canvas = canvas;
    this.box = model.get("box");
    this.outline = model.get("outline");
    this.size = model.get("resolution");
    const palette = model.get("palette");
    this.target = palette.target;
    this.colours = ["negative", "positive", "hatch", "rim"].map((name) => packed(palette[name]));
    this.cells = document.createElement("canvas");
    this.cells.width = this.cells.height = this.size;
    this.cellContext = this.cells.getContext("2d");
    this.image = this.cellContext.createImageData(this.size, this.size);
    this.pixels = new Uint32Array(this.image.data.buffer);
    // Where the plot lies on the canvas: left, top, width, height in CSS pixels.
    canvas.dataset.plot = [MARGIN.left, MARGIN.top, this.size, this.size].join(" ");
  }

  draw(bits) {
    paint(bits, this.size, this.pixels, this.colours);
    this.cellContext.putImageData(this.image, 0, 0);
    const context = this.context();
    context.imageSmoothingEnabled = false;
    context.drawImage(this.cells, MARGIN.left, MARGIN.top, this.size, this.size);
    this.drawOutline(context);
    this.drawAxes(context);
  }

  // A fresh sheet in CSS pixels, sharp on any screen and at any zoom.
  context() {
    const scale = window.devicePixelRatio || 1;
    const width = Math.round((this.size + MARGIN.left + MARGIN.right) * scale);
    const height = Math.round((this.size + MARGIN.top + MARGIN.bottom) * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.canvas.style.width = `${width / scale}px`;
    }
    const context = this.canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    return context;
  }

  place([x, y]) {
    const [[left, right], [bottom, top]] = this.box;
    return [
      MARGIN.left + ((x - left) / (right - left)) * this.size,
      MARGIN.top + ((top - y) / (top - bottom)) * this.size,
    ];
  }

  drawOutline(context) {
    if (!this.outline.length) return;
    context.save();
    context.beginPath();
    context.rect(MARGIN.left, MARGIN.top, this.size, this.size);
    context.clip();
    context.beginPath();
    for (const point of this.outline) context.lineTo(...this.place(point));
    context.closePath();
    context.lineWidth = 2;
    context.setLineDash([7, 5]);
    context.strokeStyle = this.target;
    context.stroke();
    context.restore();
  }

  drawAxes(context) {
    const [horizontal, vertical] = this.box;
    const bottom = MARGIN.top + this.size;
    context.strokeStyle = context.fillStyle = getComputedStyle(this.canvas).color;
    context.lineWidth = 1;
    context.font = "12px system-ui, sans-serif";
    context.strokeRect(MARGIN.left - 0.5, MARGIN.top - 0.5, this.size + 1, this.size + 1);
    context.textAlign = "center";
    context.textBaseline = "top";
    for (const value of ticks(...horizontal)) {
      const [x] = this.place([value, vertical[0]]);
      context.fillRect(x - 0.5, bottom + 1, 1, 4);
      context.fillText(String(value).replace("-", "−"), x, bottom + 7);
    }
    context.fillText("x₁", MARGIN.left + this.size / 2, bottom + 23);
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const value of ticks(...vertical)) {
      const [, y] = this.place([horizontal[0], value]);
      context.fillRect(MARGIN.left - 5, y - 0.5, 4, 1);
      context.fillText(String(value).replace("-", "−"), MARGIN.left - 8, y);
    }
    context.textAlign = "left";
    context.fillText("x₂", 2, MARGIN.top + this.size / 2);
  }
}

// ---------------------------------------------------------------- the page

function element(tag, className, text = "") {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}

class Panel {
  constructor(panel, model) {
    this.name = panel.name;
    this.frames = panel.frames;
    this.canvas = element("canvas", "depth-canvas");
    this.canvas.setAttribute("role", "img");
    this.facts = element("dl", "depth-facts");
    this.facts.setAttribute("aria-live", "polite");
    this.node = element("figure", "depth-panel");
    if (panel.name) this.node.append(element("figcaption", "depth-name", panel.name));
    this.node.append(this.canvas, this.facts);
    this.picture = new Picture(this.canvas, model);
  }

  show(index, planes, where) {
    this.frame = this.frames[index];
    this.draw(planes);
    const { frame } = this;
    const texts = frame.facts.flat();
    if (this.facts.children.length !== texts.length) {
      this.facts.replaceChildren(...texts.map((_, k) => element(k % 2 ? "dd" : "dt", "")));
    }
    texts.forEach((text, k) => (this.facts.children[k].textContent = text));
    const finding = frame.facts.map(([label, text]) => `${label} ${text}`).join(", ");
    this.canvas.setAttribute("aria-label", `${this.name ? `${this.name}, ` : ""}${where}: ${finding}.`);
  }

  // Sharp if that takes no longer than a move may wait, else coarse for the moment.
  draw({ sharp, coarse }) {
    this.sharp = sharp.ready(this.frame, performance.now() + 8);
    this.picture.draw(this.sharp ? sharp.get(this.frame) : magnified(coarse, this.frame, sharp.grid.n));
    this.canvas.dataset.sharp = this.sharp;
  }
}

function legend(model) {
  const node = element("div", "depth-legend");
  const palette = model.get("palette");
  const key = (className, style, text) => {
    const swatch = element("span", className);
    Object.assign(swatch.style, style);
    const item = element("span", "depth-key");
    item.append(swatch, text);
    node.append(item);
  };
  const stripes = `repeating-linear-gradient(135deg, ${palette.positive} 0 5px, ${palette.hatch} 5px 6px)`;
  key("depth-swatch", { background: stripes, borderColor: palette.rim }, "f > 0");
  key("depth-swatch", { background: palette.negative, borderColor: "#888888" }, "f ≤ 0");
  if (model.get("outline").length) key("depth-swatch depth-target", {}, "target");
  return node;
}

function render({ model, el }) {
  const resolution = model.get("resolution");
  const planes = {
    sharp: new BitPlanes(model, resolution),
    coarse: new BitPlanes(model, Math.ceil(resolution / COARSE)),
  };
  const panels = model.get("panels").map((panel) => new Panel(panel, model));
  const depths = model.get("depths");
  const seeds = model.get("seeds");
  const dims = model.get("dims");
  const headline = element("div", "depth-headline");
  const row = element("div", "depth-row");
  row.append(...panels.map((panel) => panel.node));
  el.classList.add(dims.length ? "slice-view" : "depth-view");
  el.append(headline, row, legend(model));

  const index = (position) => {
    const row = (dims.length ? model.get("dim_position") : 0) * depths.length + position;
    return row * Math.max(1, seeds.length) + (seeds.length ? model.get("seed_position") : 0);
  };
  const spoken = [
    ...(dims.length ? [() => `dimension ${dims[model.get("dim_position")]}`] : []),
    () => `depth ${depths[model.get("position")]}`,
    ...(seeds.length ? [() => `seed ${seeds[model.get("seed_position")]}`] : []),
  ];
  const show = () => {
    const where = spoken.map((say) => say()).join(", ");
    headline.textContent = where[0].toUpperCase() + where.slice(1);
    panels.forEach((panel) => panel.show(index(model.get("position")), planes, where));
  };

  // The frames a reader can reach next come first: this seed's depths, the nearest before the rest.
  const reachable = () => {
    const position = model.get("position");
    const near = depths.map((_, k) => k).sort((a, b) => Math.abs(a - position) - Math.abs(b - position));
    return near.flatMap((k) => panels.map((panel) => panel.frames[index(k)]));
  };
  let timer = 0;
  const prepare = () => {
    clearTimeout(timer);
    const frames = reachable();
    const slice = () => {
      // 10 ms of work, then the page has its turn: a move in between is drawn at once.
      const deadline = performance.now() + 10;
      const done = frames.every((frame) => planes.sharp.ready(frame, deadline));
      panels.filter((panel) => !panel.sharp).forEach((panel) => panel.draw(planes));
      timer = done ? 0 : setTimeout(slice, 4);
    };
    timer = setTimeout(slice, 4);
  };
  const move = () => {
    show();
    prepare();
  };
  model.on("change:position", move);
  model.on("change:seed_position", move);
  model.on("change:dim_position", move);

  const observers = [
    whenAttached(el, () => {
      observers.push(nameSliders(el, (k) => spoken[k]?.() ?? ""));
      move();
    }),
    new ResizeObserver(show), // a zoomed page wants sharper pixels
    new MutationObserver(show), // the theme of JupyterLab changed: redraw the axes in its colours
  ];
  observers[1].observe(el);
  observers[2].observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light"] });
  show();
  return () => {
    clearTimeout(timer);
    observers.forEach((observer) => observer.disconnect());
    model.off("change:position", move);
    model.off("change:seed_position", move);
    model.off("change:dim_position", move);
  };
}

export default { render };
