// A sheet to draw a polygon on. The kernel compiles the corners into a network and answers with the
// bits of its positive set; one question is under way at a time, and the next one asks about the
// latest corners.

const MARGIN = { left: 42, right: 10, top: 8, bottom: 40 }; // CSS pixels around the sheet
const GRAB = 12; // CSS pixels within which a press takes hold of a corner
const HATCH = 9; // cells between two lines of the hatch
const HELP =
  "Click: a corner. Drag: move one. Keyboard: arrow keys move the cross, Enter sets a corner, Backspace removes the last.";

const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));

function button(text, action) {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = text;
  element.addEventListener("click", action);
  return element;
}

function render({ model, el }) {
  const cells = model.get("cells");
  const [[left, right], [bottom, top]] = model.get("box");
  const toSheet = ([x, y]) => [
    MARGIN.left + ((x - left) / (right - left)) * cells,
    MARGIN.top + ((top - y) / (top - bottom)) * cells,
  ];
  // Two decimals: what a hand can mean, and a text that can be typed again.
  const round = (value) => Math.round(100 * value) / 100;
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  const toPlane = (across, down) => [
    round(clamp(left + ((across - MARGIN.left) / cells) * (right - left), left, right)),
    round(clamp(top - ((down - MARGIN.top) / cells) * (top - bottom), bottom, top)),
  ];

  let corners = model.get("question").corners.map((corner) => [...corner]);
  let cross = [(left + right) / 2, (bottom + top) / 2];
  let held = null; // the corner under the pointer that is pressed
  let asked = model.get("question").number;
  let waiting = false; // the corners have changed since the question under way

  const canvas = document.createElement("canvas");
  canvas.className = "draw-polygon-canvas";
  canvas.width = MARGIN.left + cells + MARGIN.right;
  canvas.height = MARGIN.top + cells + MARGIN.bottom;
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.dataset.lmSuppressShortcuts = "true";
  canvas.dataset.plot = `${MARGIN.left} ${MARGIN.top} ${cells} ${cells}`;
  const message = document.createElement("div");
  message.className = "draw-polygon-message";
  message.setAttribute("aria-live", "polite");
  const help = document.createElement("div");
  help.className = "draw-polygon-help";
  help.textContent = HELP;
  const typed = document.createElement("code");
  const bar = document.createElement("div");
  bar.className = "draw-polygon-bar";
  bar.append(
    button("Remove the last corner", () => change(corners.slice(0, -1))),
    button("Clear", () => change([])),
  );
  el.classList.add("draw-polygon");
  el.append(canvas, bar, message, typed, help);

  function change(next) {
    corners = next;
    if (model.get("answer").number === asked) ask();
    else waiting = true;
    draw();
  }

  function ask() {
    waiting = false;
    asked += 1;
    model.set("question", { number: asked, corners });
    model.save_changes();
  }

  function answered() {
    if (waiting && model.get("answer").number === asked) ask();
    draw();
  }

  // Another view of the same sheet has drawn.
  function adopt() {
    const question = model.get("question");
    if (question.number <= asked) return;
    asked = question.number;
    corners = question.corners.map((corner) => [...corner]);
    draw();
  }

  function paintRegion(context) {
    const { negative, positive, hatch } = model.get("colours");
    const [outside, inside, line] = [negative, positive, hatch].map(rgb);
    const region = model.get("answer").region;
    const bits = new Uint8Array(region.buffer, region.byteOffset, region.byteLength);
    const picture = context.createImageData(cells, cells);
    for (let k = 0; k < cells * cells; k++) {
      const on = bits.length > 0 && (bits[k >> 3] >> (7 - (k & 7))) & 1;
      const striped = ((k % cells) + Math.floor(k / cells)) % HATCH === 0;
      picture.data.set(on ? (striped ? line : inside) : outside, 4 * k);
      picture.data[4 * k + 3] = 255;
    }
    context.putImageData(picture, MARGIN.left, MARGIN.top);
  }

  function paintAxes(context) {
    context.strokeStyle = context.fillStyle = "#222222";
    context.font = "12px sans-serif";
    context.lineWidth = 1;
    context.strokeRect(MARGIN.left - 0.5, MARGIN.top - 0.5, cells + 1, cells + 1);
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const [x, y] = [left + share * (right - left), bottom + share * (top - bottom)];
      const [across, down] = toSheet([x, y]);
      context.textAlign = "center";
      context.fillText(round(x), across, MARGIN.top + cells + 16);
      context.textAlign = "right";
      context.fillText(round(y), MARGIN.left - 5, down + 4);
    }
    context.textAlign = "center";
    context.fillText("x₁", MARGIN.left + cells / 2, MARGIN.top + cells + 32);
    context.textAlign = "left";
    context.fillText("x₂", 2, MARGIN.top + cells / 2 - 12);
  }

  function paintPolygon(context) {
    context.strokeStyle = context.fillStyle = model.get("colours").target;
    context.lineWidth = 1.4;
    context.setLineDash([5, 3]);
    context.beginPath();
    corners.forEach((corner) => context.lineTo(...toSheet(corner)));
    context.closePath();
    context.stroke();
    context.setLineDash([]);
    for (const corner of corners) {
      const [across, down] = toSheet(corner);
      context.fillRect(across - 3, down - 3, 6, 6);
    }
  }

  function paintCross(context) {
    const [across, down] = toSheet(cross);
    context.beginPath();
    context.moveTo(across - 8, down);
    context.lineTo(across + 8, down);
    context.moveTo(across, down - 8);
    context.lineTo(across, down + 8);
    context.stroke();
  }

  function draw() {
    const context = canvas.getContext("2d");
    context.fillStyle = "#ffffff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    paintRegion(context);
    paintAxes(context);
    paintPolygon(context);
    if (document.activeElement === canvas || el.getRootNode().activeElement === canvas) paintCross(context);
    message.textContent = model.get("answer").message;
    typed.textContent = corners.length ? `[${corners.map(([x, y]) => `(${x}, ${y})`).join(", ")}]` : "";
    canvas.dataset.asked = waiting ? "more" : asked;
    canvas.dataset.answered = model.get("answer").number;
    canvas.setAttribute("aria-label", `Sheet with ${corners.length} corners, cross at ${cross.map(round).join(", ")}.`);
  }

  const place = (event) => {
    const sheet = canvas.getBoundingClientRect();
    const scale = canvas.width / sheet.width;
    return [(event.clientX - sheet.left) * scale, (event.clientY - sheet.top) * scale];
  };
  canvas.addEventListener("pointerdown", (event) => {
    const [across, down] = place(event);
    canvas.setPointerCapture(event.pointerId);
    held = corners.findIndex((corner) => {
      const [x, y] = toSheet(corner);
      return Math.hypot(x - across, y - down) < GRAB;
    });
    if (held < 0) {
      held = corners.length;
      change([...corners, toPlane(across, down)]);
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held === null) return;
    change(corners.map((corner, k) => (k === held ? toPlane(...place(event)) : corner)));
  });
  for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => (held = null));

  const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
  canvas.addEventListener("keydown", (event) => {
    if (event.key in step) {
      const [across, up] = step[event.key];
      const share = event.shiftKey ? 1 / 100 : 1 / 20; // of the sheet
      cross = [
        round(clamp(cross[0] + across * share * (right - left), left, right)),
        round(clamp(cross[1] + up * share * (top - bottom), bottom, top)),
      ];
      draw();
    } else if (event.key === "Enter") change([...corners, [...cross]]);
    else if (event.key === "Backspace") change(corners.slice(0, -1));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("focus", draw);
  canvas.addEventListener("blur", draw);
  model.on("change:question", adopt);
  model.on("change:answer", answered);
  draw();
  return () => {
    model.off("change:question", adopt);
    model.off("change:answer", answered);
  };
}

export default { render };
