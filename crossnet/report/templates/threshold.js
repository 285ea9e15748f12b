// The foreground at a threshold on luminance: its point on the ROC, its scores, and its masks.
{
  const LUMA = [0.299, 0.587, 0.114]; // Rec. 601

  const data = embedded("threshold-data");
  const view = document.getElementById("threshold-view");
  if (view && data) start(view, data);

  function start(view, data) {
    const range = view.querySelector("input[type=range]");
    const plot = view.querySelector("svg");
    const handle = plot.querySelector(".handle");
    const outputs = Object.fromEntries([...view.querySelectorAll("output")].map((output) => [output.dataset.of, output]));
    const { true_positives, false_positives, foreground, background } = data.counts;
    const last = true_positives.length - 1;
    const images = data.images.map((image) => figure(image));

    /** The scores of a threshold, from its pixel counts. */
    function scores(level) {
      const found = true_positives[level];
      const taken = false_positives[level];
      const missed = foreground - found;
      return {
        tpr: found / foreground,
        fpr: taken / background,
        iou: found / (foreground + taken),
        f1: (2 * found) / (2 * found + taken + missed),
      };
    }

    function update() {
      const level = Number(range.value);
      const values = scores(level);
      handle.setAttribute("cx", data.size * values.fpr);
      handle.setAttribute("cy", data.size * (1 - values.tpr));
      for (const [key, value] of Object.entries(values)) outputs[key].textContent = fixed(value);
      outputs.level.textContent = level;
      range.setAttribute(
        "aria-valuetext",
        `luminance ${level}: IoU ${fixed(values.iou)}, found ${fixed(values.tpr)}, false alarms ${fixed(values.fpr)}`,
      );
      for (const image of images) image.paint(level);
    }

    const fixed = (value) => (Number.isFinite(value) ? value.toFixed(3) : "–");

    /** The level whose point on the curve is nearest to a place in the window. */
    function nearest(event) {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(plot.getScreenCTM().inverse());
      let best = 0;
      let least = Infinity;
      for (let level = 0; level <= last; level += 1) {
        const { fpr, tpr } = scores(level);
        const distance = Math.hypot(data.size * fpr - x, data.size * (1 - tpr) - y);
        if (distance < least) [best, least] = [level, distance];
      }
      return best;
    }

    function drag(event) {
      range.value = nearest(event);
      update();
    }

    plot.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      plot.setPointerCapture(event.pointerId);
      drag(event);
      range.focus({ preventScroll: true });
      event.preventDefault();
    });
    plot.addEventListener("pointermove", (event) => {
      if (plot.hasPointerCapture(event.pointerId)) drag(event);
    });
    range.addEventListener("input", update);
    view.querySelector("button").addEventListener("click", () => {
      range.value = data.start;
      update();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", update);

    view.querySelector(".masks").append(...images.map(({ item }) => item));
    view.hidden = false;
    update();
    Promise.all(images.map(({ ready }) => ready)).then(update);
  }

  /** An image with its translation, the foreground that is cut out of it, and how that compares with the mask. */
  function figure({ name, input, translation, mask }) {
    const cut = make("canvas", { role: "img" });
    const compared = make("canvas", { role: "img" });
    const value = make("span", { className: "value" });
    const item = make(
      "li",
      { className: "card" },
      make("div", { className: "four" }, img(input, `${name}, input`), img(translation, `${name}, translation`), cut, compared),
      make("p", {}, make("span", { className: "name", textContent: name, title: name }), value),
    );
    let read = null;
    const ready = pixels([translation, input, mask]).then((found) => {
      read = found;
    });

    function paint(level) {
      if (!read) return;
      const [translated, original, truth] = read;
      const { width, height } = translated;
      const inks = ["--found", "--missed", "--taken", "--ground"].map(colour);
      const cutOut = new ImageData(width, height);
      const verdict = new ImageData(width, height);
      let [both, either] = [0, 0];
      for (let at = 0; at < cutOut.data.length; at += 4) {
        const [r, g, b] = translated.data.subarray(at, at + 3);
        const isFound = LUMA[0] * r + LUMA[1] * g + LUMA[2] * b <= level + 1e-6;
        const isTrue = truth.data[at] >= 128;
        both += isFound && isTrue;
        either += isFound || isTrue;
        cutOut.data.set(isFound ? original.data.subarray(at, at + 4) : [255, 255, 255, 255], at);
        verdict.data.set(isFound ? (isTrue ? inks[0] : inks[2]) : isTrue ? inks[1] : inks[3], at);
      }
      const text = `IoU ${either ? (both / either).toFixed(3) : "–"}`;
      put(cut, cutOut, `${name}, foreground at luminance ${level}`);
      put(compared, verdict, `${name}, foreground compared with the true mask: ${text}`);
      value.textContent = text;
    }

    return { item, ready, paint };
  }

  function put(canvas, image, label) {
    if (canvas.width !== image.width || canvas.height !== image.height) {
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.className = Math.max(image.width, image.height) < 128 ? "pixels" : "";
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    canvas.setAttribute("aria-label", label);
  }

  /** A colour of the page as [r, g, b, 255]. */
  function colour(name) {
    const text = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
    return [...[1, 3, 5].map((at) => Number.parseInt(text.slice(at, at + 2), 16)), 255];
  }
}
