"""The page that `dvc plots show` fills, with the drawing scripts inside: DVC's own loads them from a network.

python -m crossnet.figures.plots_page .dvc/plots/page.html
dvc config --local plots.html_template plots/page.html
"""

import sys
from pathlib import Path

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{refresh_tag}
<title>CrossNet: plots</title>
<script type="module">SCRIPT</script>
<script>
const waiting = []; // a module's script runs after the page, so the plots wait for it
function vegaEmbed(...call) { waiting.push(call); }
</script>
<style>
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; font-family: system-ui, sans-serif; }
table { border-spacing: 1rem; }
img { max-width: 100%; }
</style>
</head>
<body>
<h1>Plots</h1>
{plot_divs}
</body>
</html>
"""

DRAW = "for (const call of waiting) vegaEmbed(...call);"


def plots_page() -> str:
    """A template for DVC with Vega, Vega-Lite and Vega-Embed in it, from the package vl-convert-python."""
    import vl_convert

    script: str = vl_convert.javascript_bundle(DRAW)
    return PAGE.replace("SCRIPT", script.replace("</script", "<\\/script"))


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(plots_page(), encoding="utf-8")
