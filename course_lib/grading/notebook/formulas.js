// @ts-check
// Sets the formulas of a page, as MathML, which browsers draw without any font or script of ours.
// `modules` are those of the file that holds KaTeX; see formulas.py.
/** @param {Function[]} modules */
(modules) => {
  const LEFT_ALONE = "script, style, noscript, textarea, pre, code, math, svg";
  const FORMULA = new RegExp(
    [
      /\$\$([^]+?)\$\$/, // 1: displayed
      /\\\[([^]+?)\\\]/, // 2: displayed
      /\\\(([^]+?)\\\)/, // 3
      /(\\begin\{([a-z]+\*?)\}[^]*?\\end\{\5\})/, // 4: displayed
      // Blanks on both sides or on none: "$5, $x$" is a price and a formula.
      /(?<![\\$])\$(?!\s)((?:\\[^]|[^$\\])+)(?<!\s)\$/, // 6
      /(?<![\\$])\$(?=\s)((?:\\[^]|[^$\\])+)(?<=\s)\$/, // 7
    ].map((one) => one.source).join("|"),
    "g",
  );
  // Nothing that a formula says is trusted: no link, no style, no picture.
  const OPTIONS = { output: "mathml", throwOnError: false, trust: false, strict: "ignore", maxSize: 20 };

  /** What a bundler would have done: give a module its exports. @param {Function} module */
  function loaded(module) {
    const own = { exports: {} };
    const need = Object.assign(() => ({}), {
      r: () => undefined,
      /** @param {object} to @param {Record<string, () => unknown>} getters */
      d: (to, getters) => {
        for (const [name, get] of Object.entries(getters)) {
          Object.defineProperty(to, name, { get, enumerable: true });
        }
      },
    });
    module(own, own.exports, need);
    return /** @type {any} */ (own.exports).default ?? own.exports;
  }

  /** @param {any} katex @param {Text} node */
  function set(katex, node) {
    const parts = document.createDocumentFragment();
    let done = 0;
    for (const found of node.data.matchAll(FORMULA)) {
      const displayMode = [1, 2, 4].some((group) => found[group] !== undefined);
      const tex = found[1] ?? found[2] ?? found[3] ?? found[4] ?? found[6] ?? found[7];
      const place = document.createElement("span");
      place.title = tex;
      // A space of no width only kept the text from being taken for HTML.
      katex.render(tex.replace(/\u200b/g, ""), place, { ...OPTIONS, displayMode });
      parts.append(node.data.slice(done, found.index), place);
      done = found.index + found[0].length;
    }
    if (done) {
      parts.append(node.data.slice(done));
      node.replaceWith(parts);
    }
  }

  document.addEventListener("DOMContentLoaded", () => {
    const katex = modules.map(loaded).find((one) => typeof one?.render === "function");
    if (!katex) {
      return;
    }
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
      texts.push(/** @type {Text} */ (walker.currentNode));
    }
    texts
      .filter((text) => /[$\\]/.test(text.data) && !text.parentElement?.closest(LEFT_ALONE))
      .forEach((text) => set(katex, text));
  });
}
