// Turns over pictures that were sent once. Swapping the source of an <img> leaves it blank between
// two frames; bitmaps that are already decoded, drawn on one canvas, don't.

function render({ model, el }) {
  const headline = document.createElement("div");
  const canvas = document.createElement("canvas");
  const bar = document.createElement("div");
  const enlarge = document.createElement("button");
  const caption = document.createElement("div");
  headline.className = "flipbook-headline";
  canvas.className = "flipbook-canvas";
  canvas.setAttribute("role", "img");
  caption.className = "flipbook-caption";
  bar.className = "flipbook-bar";
  bar.append(enlarge);
  enlarge.type = "button";
  enlarge.className = "flipbook-enlarge";
  el.classList.add("flipbook-view");
  el.append(headline, canvas, bar, caption);

  // As wide as its pixels where there is room, narrower where there isn't; enlarged, as wide as the
  // page, but no taller than the window.
  let large = false;
  const resize = () => {
    const limit = large ? `calc(88vh * ${canvas.width / canvas.height})` : `${canvas.width}px`;
    canvas.style.width = `min(100%, ${limit})`;
    enlarge.textContent = large ? "Smaller picture" : "Larger picture";
    enlarge.setAttribute("aria-pressed", String(large));
  };
  enlarge.addEventListener("click", () => {
    large = !large;
    resize();
  });

  const spoken = () => model.get("labels")[model.get("position")];
  const bitmaps = model.get("pictures").map((png) => createImageBitmap(new Blob([png], { type: "image/png" })));
  const show = async () => {
    const position = model.get("position");
    const bitmap = await bitmaps[position];
    if (position !== model.get("position")) return; // the slider moved on while this was decoded
    headline.textContent = `${model.get("name")}: ${spoken()}`;
    caption.textContent = model.get("alts")[position];
    canvas.setAttribute("aria-label", model.get("alts")[position]);
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      resize();
    }
    canvas.getContext("2d").drawImage(bitmap, 0, 0);
    canvas.dataset.position = position;
  };
  model.on("change:position", show);
  const observers = [whenAttached(el, () => observers.push(nameSliders(el, spoken)))];
  show();
  return () => {
    observers.forEach((observer) => observer.disconnect());
    model.off("change:position", show);
    bitmaps.forEach((bitmap) => bitmap.then((decoded) => decoded.close()));
  };
}

export default { render };
