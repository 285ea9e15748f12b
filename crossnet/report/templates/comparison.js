// Several runs: their translations of one image in a row, and their foregrounds at one threshold.
{
  const LUMA = [0.299, 0.587, 0.114]; // Rec. 601
  const names = embedded("names");

  const translations = document.getElementById("translations-view");
  if (translations) startTranslations(translations, embedded("directions"));
  const threshold = document.getElementById("threshold-view");
  if (threshold) startThreshold(threshold, embedded("threshold-data"));

  function startTranslations(view, directions) {
    const form = view.querySelector("form");
    const body = view.querySelector("tbody");
    const status = view.querySelector("[role=status]");

    function update() {
      const { images, total } = directions.find(({ key }) => key === form.elements.direction.value) ?? directions[0];
      const text = form.elements.name.value.trim().toLocaleLowerCase();
      const shown = images.filter(({ name }) => name.toLocaleLowerCase().includes(text));
      const isPaired = images.some(({ truth }) => truth !== null);
      const heads = ["input", ...names, ...(isPaired ? ["truth"] : [])];
      view.querySelector("thead").replaceChildren(
        make("tr", {}, ...heads.map((head) => make("th", { scope: "col", textContent: head }))),
      );
      body.replaceChildren(
        ...shown.map(({ name, input, translations, truth }) => {
          const numbers = [input, ...translations, ...(isPaired ? [truth] : [])];
          const cells = numbers.map((number, i) => make("td", {}, ...(number === null ? ["–"] : [img(number, `${name}, ${heads[i]}`)])));
          return make("tr", { title: name }, ...cells);
        }),
      );
      status.textContent = `${shown.length} of ${total} images shown.`;
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", update);
    update();
    view.hidden = false;
  }

  function startThreshold(view, { size, start, counts, images: examples }) {
    const range = view.querySelector("input[type=range]");
    const points = [...view.querySelectorAll("circle")];
    const level = view.querySelector("output[data-of=level]");
    const rows = examples.map((example) => row(example));

    function update() {
      const at = Number(range.value);
      level.textContent = at;
      counts.forEach(({ true_positives, false_positives, foreground, background }, run) => {
        const [found, taken] = [true_positives[at], false_positives[at]];
        const values = {
          iou: found / (foreground + taken),
          f1: (2 * found) / (found + taken + foreground),
          tpr: found / foreground,
          fpr: taken / background,
        };
        points[run].setAttribute("cx", size * values.fpr);
        points[run].setAttribute("cy", size * (1 - values.tpr));
        for (const output of view.querySelectorAll(`output[data-run="${run}"]`)) {
          const value = values[output.dataset.of];
          output.textContent = Number.isFinite(value) ? value.toFixed(3) : "–";
        }
      });
      for (const { paint } of rows) paint(at);
    }

    /** An input, what is cut out of it by each run's translation, and the true mask. */
    function row({ name, input, mask, translations }) {
      const canvases = names.map((run) => make("canvas", { role: "img", "aria-label": `${name}, foreground of ${run}` }));
      const cells = [img(input, `${name}, input`), ...canvases, img(mask, `${name}, true mask`)];
      const item = make("tr", { title: name }, ...cells.map((cell) => make("td", {}, cell)));
      let read = null;
      const ready = pixels([input, ...translations]).then((found) => {
        read = found;
      });

      function paint(at) {
        if (!read) return;
        const [original, ...translated] = read;
        translated.forEach(({ data, width, height }, run) => {
          const cut = new ImageData(width, height);
          for (let i = 0; i < data.length; i += 4) {
            const luminance = LUMA[0] * data[i] + LUMA[1] * data[i + 1] + LUMA[2] * data[i + 2];
            cut.data.set(luminance <= at + 1e-6 ? original.data.subarray(i, i + 4) : [255, 255, 255, 255], i);
          }
          const canvas = canvases[run];
          if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
          canvas.className = Math.max(width, height) < 128 ? "pixels" : "";
          canvas.getContext("2d").putImageData(cut, 0, 0);
        });
      }

      return { item, ready, paint };
    }

    range.addEventListener("input", update);
    view.querySelector("button").addEventListener("click", () => {
      range.value = start;
      update();
    });
    view.querySelector(".grid tbody").append(...rows.map(({ item }) => item));
    view.hidden = false;
    update();
    Promise.all(rows.map(({ ready }) => ready)).then(update);
  }
}
