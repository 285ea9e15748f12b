"""What one training step costs, counted without computing it: operations, and the memory that it holds."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils.flop_counter import FlopCounterMode

from crossnet.methods.base import Method
from crossnet.training.step import training_only

FLOAT = 4  # bytes
ADAM = 4  # a weight, its gradient, and two moments


@dataclass(frozen=True)
class Cost:
    """Floating-point operations of each phase with its gradients, bytes of weights with Adam, bytes of activations.

    shares: in what share of the steps each phase is due.
    """

    operations: dict[str, int]
    shares: dict[str, float]
    state_bytes: int
    activation_bytes: int

    @property
    def step_operations(self) -> int:
        """Of all phases together, on average over a training; a multiplication and an addition are two."""
        return round(sum(operations * self.shares[phase] for phase, operations in self.operations.items()))


def cost(method: Method, batch: int, size: int) -> Cost:
    """The cost of a step for `batch` pairs of images of `size` pixels; the method's networks are on the meta device.

    Activations are those that the larger phase keeps for its gradients, each storage counted once.
    """
    operations, activations = {}, []
    for phase in method.phases:
        x_a, x_b = torch.empty(2, batch, 3, size, size, device="meta")
        with training_only(method, phase), FlopCounterMode(display=False) as counter, _kept(method) as kept:
            loss, _ = phase.loss(**phase.inputs(x_a, x_b))
            torch.autograd.backward(loss)
        operations[phase.name] = counter.get_total_flops()
        activations.append(sum(kept.values()))
    weights = sum(p.numel() for network in method.networks.values() for p in network.parameters())
    shares = {phase.name: phase.share for phase in method.phases}
    return Cost(operations, shares, ADAM * FLOAT * weights, max(activations, default=0))


@contextmanager
def _kept(method: Method) -> Iterator[dict[StorageWeakRef, int]]:
    """Bytes by storage of what is saved for gradients meanwhile, weights left out."""
    weights = {StorageWeakRef(p.untyped_storage()) for n in method.networks.values() for p in n.parameters()}
    kept: dict[StorageWeakRef, int] = {}
    alive: list[Tensor] = []  # a storage that ended might lend its name to a later one

    def pack(tensor: Tensor) -> Tensor:
        storage = StorageWeakRef(tensor.untyped_storage())
        if storage not in weights and storage not in kept:
            kept[storage] = tensor.untyped_storage().nbytes()
            alive.append(tensor)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield kept
