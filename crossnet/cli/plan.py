"""`crossnet plan`: what a run will cost, before anybody waits for it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from crossnet.cli.forecast import NotMeasuredError, forecast, told
from crossnet.cli.options import fail
from crossnet.params import Params, ParamsError, choose, load_params
from crossnet.terminal import echo

MEASURED = 3  # steps


def plan(
    task: Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")] = None,
    method: Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")] = None,
    scale: Annotated[str | None, typer.Option(help="As in params.yaml, where none is named.")] = None,
    steps: Annotated[int, typer.Option(help="Steps to measure; 0 measures none.", min=0)] = MEASURED,
) -> None:
    """Print the operations, memory and disk of a run, and a forecast of its time from a few steps that are measured.

    It reads params.yaml, and trains on random images that it keeps in memory: the repository stays as it is.
    """
    wished = {"task": task, "method": method, "scale": scale}
    try:
        params = choose(load_params(), **{key: value for key, value in wished.items() if value is not None})
    except ParamsError as error:
        raise fail(str(error)) from None
    try:
        for line in _report(params, steps):
            echo(line, result=True)
    except NotMeasuredError as error:
        raise fail(str(error)) from None


def seconds_of(task: str, method: str, scale: str) -> float | None:
    """Seconds that a run is measured to train for, None where its images are not there to be counted.

    Raises ParamsError, and NotMeasuredError where its steps cannot be measured here.
    """
    params = choose(load_params(), task=task, method=method, scale=scale)
    return forecast(params, _images(params), MEASURED).seconds


def _report(params: Params, steps: int) -> Iterator[str]:
    import torch

    from crossnet.methods.base import load
    from crossnet.training.cost import cost

    def costs(batch: int, size: int) -> Any:
        with torch.device("meta"):
            made = load(params.method)(**params.setup, seed=0)
        return made, cost(made, batch, size)

    options, size = params.training, params.images.size
    made, one = costs(options.batch, size)
    side = _images(params)
    yield f"{params.task}, {params.method}, {params.scale}: {size}x{size} pixels, batch {options.batch}"
    weights = {name: sum(p.numel() for p in network.parameters()) for name, network in made.networks.items()}
    yield f"weights      {sum(weights.values()) / 1e6:.2f} million in {len(weights)} networks"
    phases = ", ".join(f"{name} {count / 1e9:.1f}" for name, count in one.operations.items())
    yield f"operations   {one.step_operations / 1e9:.1f} GFLOP a step ({phases})"
    larger = [(2 * options.batch, size), (options.batch, 2 * size)]
    for batch, pixels, found in [(options.batch, size, one), *((*grown, costs(*grown)[1]) for grown in larger)]:
        held = found.state_bytes + found.activation_bytes
        yield (
            f"memory       {held / 2**20:.0f} MiB at batch {batch}, {pixels}x{pixels}: weights with Adam "
            f"{found.state_bytes / 2**20:.0f}, activations {found.activation_bytes / 2**20:.0f}"
        )
    checkpoint = one.state_bytes * 3 / 4  # no gradients
    yield (
        f"disk         {one.state_bytes / 4 / 2**20:.0f} MiB of weights in the end; while it trains, checkpoints of "
        f"{(params.checkpoints.keep + 1) * checkpoint / 2**20:.0f} MiB at most"
    )
    if side:
        pixels = 2 * side * params.images.load_size**2 * 3
        yield f"data         {side} images on the larger side, {pixels / 2**20:.0f} MiB in memory at most"
    if steps:
        yield from told(forecast(params, side, steps), params, one.step_operations)


def _images(params: Params) -> int:
    """Images of the larger train side: of what is rendered, as many as are asked for; of others, what is prepared."""
    rendered = params.task_options.rendered(params.images)
    if rendered is not None:
        return rendered
    prepared = Path("data/prepared") / params.task
    return max(sum(1 for _ in (prepared / side).glob("*")) for side in ("trainA", "trainB"))
