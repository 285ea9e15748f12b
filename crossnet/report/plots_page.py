"""The page that `dvc plots show` fills, with the drawing scripts inside, as DVC's own page loads them from a network.

python -m crossnet.report.plots_page .dvc/plots/page.html
dvc config --local plots.html_template plots/page.html

DVC writes names of branches and files, and cells of tables, into the page without escaping, so that one of them could
end its element and be a script. Here all that DVC writes comes after `<plaintext>`, an element that no text can end.
plots_page.js reads that text and draws the plots. The content security policy allows this script and no other, and no
request to a network.
"""

import base64
import hashlib
import sys
from pathlib import Path

from crossnet.escaping import one_line
from crossnet.files import error_message, write_atomically

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; base-uri 'none'; form-action 'none'; \
img-src 'self' file: data:; style-src 'unsafe-inline'; script-src 'sha256-DIGEST'">
{refresh_tag}
<title>CrossNet: plots</title>
<link rel="icon" href="data:,">
<style>
body { margin: 2rem auto; max-width: 80rem; padding: 0 1rem; font-family: system-ui, sans-serif; }
figure { display: inline-block; margin: 1rem; }
img { max-width: 100%; }
</style>
</head>
<body>
<h1>Plots</h1>
<main></main>
<noscript>A browser draws them with JavaScript, which is switched off.</noscript>
<script type="module">SCRIPT</script>
<plaintext hidden>
{plot_divs}
"""

SCRIPT = Path(__file__).parent / "templates/plots_page.js"


def plots_page() -> str:
    """Return a template for DVC with Vega, Vega-Lite and Vega-Embed, from the package vl-convert-python."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(SCRIPT.read_text(encoding="utf-8"))
    script = bundle.replace("</script", "<\\/script")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")
    return PAGE.replace("DIGEST", digest).replace("SCRIPT", script)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(target, plots_page())
    except OSError as error:
        sys.exit(f"error: {one_line(error_message(error))}")
