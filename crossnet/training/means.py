"""What a step logs, averaged over the steps between two readings."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from lightning_fabric import Fabric
from torch import Tensor


@dataclass
class Means:
    """Running means, kept on the device and waited for only when they are read."""

    totals: dict[str, Tensor] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, values: Mapping[str, Tensor]) -> None:
        """Add one step's scalars."""
        for name, value in values.items():
            known = self.totals.get(name)
            self.totals[name] = value.detach().float() if known is None else known + value.detach().float()
            self.counts[name] = self.counts.get(name, 0) + 1

    def read(self, fabric: Fabric) -> dict[str, float]:
        """The means since the last reading, over all processes."""
        names = list(self.totals)
        means = fabric.all_reduce(torch.stack([self.totals[name] / self.counts[name] for name in names]))
        self.totals, self.counts = {}, {}
        assert isinstance(means, Tensor)
        return dict(zip(names, means.tolist(), strict=True))
