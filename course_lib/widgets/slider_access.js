// Shared by the widgets of this folder: put in front of each front-end module.
//
// ipywidgets gives a slider's handle no name, and JupyterLab and Notebook take some of its keys as
// shortcuts. Both are put right from here, for every slider in the same box as `el`. `spoken(k)` is
// what a screen reader says at slider k.
function nameSliders(el, spoken) {
  const scope = el.closest(".course-live-picture") ?? el.parentElement ?? el;
  const name = () => {
    scope.querySelectorAll(".widget-slider").forEach((slider, k) => {
      const handle = slider.querySelector(".noUi-handle");
      if (!handle) return;
      const wanted = {
        "aria-label": slider.querySelector(".widget-label")?.textContent.trim() || "Picture",
        "aria-valuetext": spoken(k),
        "data-lm-suppress-shortcuts": "true",
      };
      for (const [attribute, text] of Object.entries(wanted)) {
        // Setting an attribute wakes the observer below, so only a difference may be written.
        if (handle.getAttribute(attribute) !== text) handle.setAttribute(attribute, text);
      }
    });
  };
  // The slider arrives after this view, and rewrites its spoken value on each move.
  const observer = new MutationObserver(name);
  const options = { attributeFilter: ["aria-valuetext"], childList: true, subtree: true };
  observer.observe(scope, options);
  name();
  return observer;
}

// A view is rendered before it is put into the page; only then has it neighbours to look at. Frames
// come to cells out of sight too, where a ResizeObserver would stay silent until they are scrolled to.
function whenAttached(el, action) {
  const look = () => {
    if (el.isConnected) action();
    else frame = requestAnimationFrame(look);
  };
  let frame = requestAnimationFrame(look);
  return { disconnect: () => cancelAnimationFrame(frame) };
}
