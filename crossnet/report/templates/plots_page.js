// Draw what DVC wrote after <plaintext>. Three kinds of its lines are used, as data: a plot's specification (JSON, so it
// has no line end), a paragraph, and the address of an image.
const lines = document.querySelector("plaintext").textContent.split("\n");
const OPTIONS = {
  ast: true, // Vega's interpreter: a specification's expressions are never compiled to code
  actions: {export: true, source: false, compiled: false, editor: false}, // "View Source" writes its text as HTML
};
const main = document.querySelector("main");

function add(parent, name, text = "") {
  const element = parent.appendChild(document.createElement(name));
  element.textContent = text;
  return element;
}

let caption = null;
for (const line of lines.map(line => line.trim())) {
  const specification = line.match(/^var spec = (\{.*\});$/);
  const paragraph = line.match(/^<p>(.*)<\/p>$/);
  const image = line.match(/^<img src="(.*)">$/);
  if (paragraph) {
    if (caption !== null) add(main, "h2", caption); // two in a row: the first one is about the images that follow
    caption = paragraph[1];
  } else if (image) {
    const figure = add(main, "figure");
    add(figure, "figcaption", caption ?? "");
    caption = null;
    const picture = add(figure, "img");
    picture.alt = figure.textContent;
    picture.src = image[1].startsWith("data:") ? image[1] : image[1].split("/").map(encodeURIComponent).join("/");
  } else if (specification) {
    const plot = add(main, "div");
    vegaEmbed(plot, JSON.parse(specification[1]), OPTIONS).catch(error => { plot.textContent = String(error); });
  }
}
