"""The gradients of a training, step after step, captured or not."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor

from crossnet.engine.cuda_graph import Capture, GraphedGradients
from crossnet.methods.base import Method
from crossnet.training.devices import start
from crossnet.training.optimizers import make_optimizers
from crossnet.training.step import Gradients
from tests.support.tiny import images, pools_of


def gradients(
    made: Method, optimizers: dict[str, Any], fabric: Any, capture: Capture | None, steps: int
) -> Iterator[dict[str, Tensor]]:
    """Of all networks after each phase of so many steps, and the image pools after it."""
    compute: dict[str, Any] = {}
    for phase in made.phases:
        optimizer = optimizers[phase.optimizer]
        plain = Gradients(made, phase, optimizer, fabric)
        weights = optimizer.param_groups[0]["params"]
        compute[phase.name] = GraphedGradients(plain, capture, weights, [*made.buffers()]) if capture else plain
    for step in range(steps):
        for phase in made.phases:
            x_a, x_b = (fabric.to_device(images(2 * step + side)) for side in (0, 1))
            compute[phase.name](phase.inputs(x_a, x_b))
            optimizers[phase.optimizer].step()
            trained = {name: made.networks[name].named_parameters() for name in phase.networks}
            yield {
                f"{name}.{key}": p.grad.clone()
                for name, some in trained.items()
                for key, p in some
                if p.grad is not None
            } | pools_of(made)


def assert_same_gradients(plain: Method, quick: Method, capture: Capture, accelerator: str, precision: str) -> None:
    """Of one that is captured and one that is not, step after step, within 1e-3, or in bf16 within 1e-1."""
    fabric, found = start(accelerator, 1, 1, precision), []
    for made, how in ((plain, None), (quick, capture)):
        made.to(fabric.device)
        adams: dict[str, Any] = {
            name: fabric.setup_optimizers(adam) for name, adam in make_optimizers(made, 1e-5, (0.5, 0.9)).items()
        }
        found.append(gradients(made, adams, fabric, how, 6))
    for wanted, gradient in zip(*found, strict=True):
        assert wanted.keys() == gradient.keys()
        for key, value in wanted.items():
            if key.endswith(("weight", "images")):  # a bias before an instance norm has no gradient but rounding
                wrong = (gradient[key] - value).float().norm() / value.float().norm()
                assert wrong < (1e-3 if precision == "32-true" else 1e-1), key
