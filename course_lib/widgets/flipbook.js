// Turns over pictures that were sent once. Swapping the source of an <img> leaves it blank between
// two frames; bitmaps that are already decoded, drawn on one canvas, don't.

function render({ model, el }) {
  const headline = document.createElement("div");
  const canvas = document.createElement("canvas");
  const caption = document.createElement("div");
  headline.className = "flipbook-headline";
  canvas.className = "flipbook-canvas";
  canvas.setAttribute("role", "img");
  caption.className = "flipbook-caption";
  el.classList.add("flipbook-view");
  el.append(headline, canvas, caption);

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
      canvas.style.width = `${model.get("width")}px`;
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
