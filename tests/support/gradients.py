"""The gradients of a training, step after step, recorded or not."""

from collections.abc import Iterator
from typing import Any

from torch import Tensor

from crossnet.engine.cuda_graph import Recorder
from crossnet.methods.base import Method
from crossnet.training.devices import start
from crossnet.training.update import Update, optimisers
from tests.support.tiny import images


def gradients(made: Method, updates: dict[str, Update], fabric: Any, steps: int) -> Iterator[dict[str, Tensor]]:
    """Of all networks after each phase of so many steps, and the translations that the discriminators then remember."""
    for step in range(steps):
        for phase in made.phases:
            x_a, x_b = (fabric.to_device(images(2 * step + side)) for side in (0, 1))
            updates[phase.name](x_a, x_b)
            trained = {name: made.networks[name].named_parameters() for name in phase.trains}
            yield {
                f"{name}.{key}": p.grad.clone()
                for name, some in trained.items()
                for key, p in some
                if p.grad is not None
            } | made.memory()


def assert_same_gradients(plain: Method, quick: Method, record: Recorder, accelerator: str, precision: str) -> None:
    """Of one that is recorded and one that is not, step after step, within 1e-3, or in bf16 within 1e-1."""
    fabric, found = start(accelerator, 1, 1, precision), []
    for made, how in ((plain, None), (quick, record)):
        for network in made.networks.values():
            network.to(fabric.device)
        adams: dict[str, Any] = {
            name: fabric.setup_optimizers(adam) for name, adam in optimisers(made, 1e-5, (0.5, 0.9)).items()
        }
        updates = {phase.name: Update(made, phase, adams[phase.name], fabric, how) for phase in made.phases}
        found.append(gradients(made, updates, fabric, 6))
    for wanted, gradient in zip(*found, strict=True):
        assert wanted.keys() == gradient.keys()
        for key, value in wanted.items():
            if key.endswith(("weight", "images")):  # a bias before an instance norm has no gradient but rounding
                wrong = (gradient[key] - value).float().norm() / value.float().norm()
                assert wrong < (1e-3 if precision == "32-true" else 1e-1), key
