"use strict";

/** The content of a block of JSON in the page, or null without it. */
function embedded(id) {
  const block = document.getElementById(id);
  return block && JSON.parse(block.textContent);
}

/** A new element with properties, dataset, attributes (keys with a dash) and children. */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (key.includes("-") || key === "role") element.setAttribute(key, value);
    else element[key] = value;
  }
  element.append(...children);
  return element;
}

/** A number with enough digits to compare it. */
function readable(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 3);
}

/** An <img> of one of the page's images; a small one is enlarged without smoothing. */
function img(number, alt) {
  const { uri, width, height } = images[number];
  const kind = Math.max(width, height) < 128 ? "pixels" : "";
  return make("img", { src: uri, width, height, alt, className: kind, draggable: false, decoding: "async" });
}

/** The pixels of some of the page's images, all at the size of the first. */
async function pixels(numbers) {
  const elements = numbers.map((number) => img(number, ""));
  await Promise.all(elements.map((element) => element.decode()));
  const { width, height } = images[numbers[0]];
  const context = make("canvas", { width, height }).getContext("2d", { willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  return elements.map((element) => {
    context.drawImage(element, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  });
}

const images = embedded("images") ?? [];
