// The translations, a card each, where a handle uncovers the input on its left.
{
  const FEW = 12; // best or worst
  const FIRST = 24; // cards before all are asked for
  const MODES = {
    translation: { left: "input", right: "translation" },
    truth: { left: "input", right: "truth" },
    judged: { left: "translation", right: "truth" },
  };

  const directions = embedded("directions") ?? [];
  const view = document.getElementById("translations-view");
  if (view && directions.length) start(view, directions);

  function start(view, directions) {
    const form = view.querySelector("form");
    const cards = view.querySelector(".cards");
    const status = view.querySelector("[role=status]");
    const more = view.querySelector(".more");
    const controls = form.elements;
    const made = new Map();
    let all = false;

    const direction = () => directions.find((each) => each.key === controls.direction.value) ?? directions[0];
    const measure = () => direction().measures.find((each) => each.key === controls.measure.value);

    /** The choices that a direction offers: its measures, and the truth where there is one. */
    function offer() {
      const { measures, images } = direction();
      const kept = controls.measure.value;
      controls.measure.replaceChildren(...measures.map(({ key, title }) => new Option(title, key, false, key === kept)));
      for (const part of view.querySelectorAll(".measured")) part.hidden = !measures.length;
      if (!measures.length) controls.show.value = "all";
      view.querySelector(".true").hidden = !images.some((image) => image.truth !== null);
    }

    /** The images that pass the filter, in their order. */
    function chosen() {
      const text = controls.name.value.trim().toLocaleLowerCase();
      const named = direction().images.filter(({ name, id }) => `${name}\n${id}`.toLocaleLowerCase().includes(text));
      const show = controls.show.value;
      if (show === "all" || !measure()) return named;
      const { key, better } = measure();
      const sign = (show === "best") === (better !== "low") ? -1 : 1;
      const measured = named.filter(({ values }) => key in values);
      return measured.sort((one, other) => sign * (one.values[key] - other.values[key])).slice(0, FEW);
    }

    function update() {
      const found = chosen();
      const shown = all ? found : found.slice(0, FIRST);
      cards.replaceChildren(...shown.map((image) => card(image)));
      more.hidden = shown.length === found.length;
      more.textContent = `Show all ${found.length}`;
      const { images, total } = direction();
      const some = total > images.length ? `, ${images.length} of which this page holds, evenly spaced` : "";
      const show = controls.show.value;
      const by = show === "all" || !measure() ? "" : `, ${ends(show)} ${measure().title} first`;
      status.textContent = `${shown.length} of ${total} ${view.dataset.split} images shown${by}${some}.`;
    }

    /** The words for the best and the worst images by the chosen measure; for an unknown measure, highest and lowest. */
    function ends(show) {
      if (measure().better) return show === "best" ? "the best" : "the worst";
      return show === "best" ? "the highest" : "the lowest";
    }

    /** The card of an image, made once for each direction so that its handle stays where it was put. */
    function card(image) {
      const key = `${direction().key}/${image.id}`;
      if (!made.has(key)) made.set(key, newCard(image));
      const { item, dress } = made.get(key);
      dress(measure());
      return item;
    }

    function newCard(image) {
      const range = make("input", { type: "range", min: 0, max: 100, step: 1, value: controls.all.value });
      const box = make("div", { className: "compare" });
      const value = make("span", { className: "value" });
      const caption = make("p", {}, make("span", { className: "name", textContent: image.name, title: image.name }), value);
      const item = make("li", { className: "card" }, box, caption);
      let mode = null;

      function slide() {
        box.style.setProperty("--at", `${range.value}%`);
        range.setAttribute("aria-valuetext", `${range.value} % ${MODES[mode].left}`);
      }

      function dress(by) {
        const wanted = image.truth === null ? "translation" : controls.mode.value;
        if (wanted !== mode) {
          mode = wanted;
          const { left, right } = MODES[mode];
          range.setAttribute("aria-label", `${image.name}: ${left} left of the handle, ${right} right of it`);
          const under = img(image[right], `${image.name}, ${right}`);
          const over = img(image[left], `${image.name}, ${left}`);
          over.classList.add("over");
          box.replaceChildren(under, over, make("span", { className: "handle", "aria-hidden": "true" }), range);
          slide();
        }
        value.textContent = by && by.key in image.values ? `${by.title} ${readable(image.values[by.key])}` : "";
      }

      range.addEventListener("input", slide);
      range.addEventListener("keydown", (event) => stride(event, range, slide));
      function slideTo(value) {
        range.value = value;
        slide();
      }
      return { item, dress, slideTo };
    }

    /** Arrows move a handle by twentieths: a hundredth of a small picture is too little to see. */
    function stride(event, range, slide) {
      const by = { ArrowLeft: -5, ArrowDown: -5, ArrowRight: 5, ArrowUp: 5 }[event.key];
      if (!by) return;
      event.preventDefault();
      range.value = Number(range.value) + by;
      slide();
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", ({ target }) => {
      if (target === controls.all) {
        for (const { slideTo } of made.values()) slideTo(target.value);
        return;
      }
      if (target.name === "direction") offer();
      all = false;
      update();
    });
    more.addEventListener("click", () => {
      const next = cards.children.length;
      all = true;
      update();
      cards.children[next]?.querySelector("input").focus();
    });
    offer();
    update();
    view.hidden = false;
  }
}
