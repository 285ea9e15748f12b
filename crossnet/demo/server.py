"""The server of the page. It makes no request to any other machine, and leaves no file behind."""

import os
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image

from crossnet.api import CrossNet

# before Gradio is imported
QUIET = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_VIBE_MODE": "",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_OFFLINE": "1",
}


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on an address; port 0 takes a free one. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
    try:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind((host, port))
        opened.listen()
    except OSError:
        opened.close()
        raise
    return opened


def serve(
    model: CrossNet,
    name: str,
    examples: Sequence[Image.Image],
    listening: socket.socket,
    max_bytes: int,
    max_pixels: int,
    ready: Callable[[], None],
) -> None:
    """Serve the page until it is interrupted.

    Args:
        model, name, examples, max_bytes, max_pixels: as `crossnet.demo.page.build`.
        listening: where to serve.
        ready: is called when the page can be opened.
    """
    with TemporaryDirectory(prefix="crossnet-demo-") as scratch:
        os.environ.update(QUIET, GRADIO_TEMP_DIR=scratch)
        import gradio
        import uvicorn
        from fastapi import FastAPI

        from crossnet.demo.guard import Guard
        from crossnet.demo.page import CSS, THEME, build

        page = build(model, name, examples, max_bytes, max_pixels)
        bare = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        app = gradio.mount_gradio_app(
            bare,
            page,
            path="/",
            blocked_paths=[str(Path.cwd())],
            show_error=False,
            max_file_size=max_bytes,
            ssr_mode=False,
            footer_links=[],
            run_history=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
            theme=THEME,
            css=CSS,
        )
        host = listening.getsockname()[0]
        guarded = Guard(app, host, max_bytes, Path(scratch))
        config = uvicorn.Config(
            guarded, log_level="error", access_log=False, server_header=False, ws="none", limit_concurrency=64,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        server = uvicorn.Server(config)
        ready()
        server.run(sockets=[listening])
