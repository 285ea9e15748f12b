"""How long a run trains, and its learning rate: by the images that it has used, whatever the batch."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Schedule:
    """Length and pace of a training.

    images: of each domain, in all.
    batch: images of each domain in a step, of all processes.
    lr, betas: Adam's. `rate`: the method's factor on the scale's `lr`.
    optimizer: adam, or rmsprop, which does not use `betas`.
    weight_decay: factor of the weights that is added to their gradients.
    halvings: how often the learning rate is halved, in equal intervals.
    decay_from: share of the images after which the learning rate falls linearly to zero; constant before.
    ema_decay: of the moving average of the weights (`crossnet.training.ema`); 0: the weights of the last step.
    log_every, grid_every: steps between two rows of the log, and between two previews.
    """

    images: int
    batch: int
    lr: float
    betas: tuple[float, float]
    decay_from: float
    ema_decay: float
    log_every: int
    grid_every: int
    optimizer: Literal["adam", "rmsprop"] = "adam"
    weight_decay: float = 0.0
    rate: float = 1.0
    halvings: int = 0

    @property
    def steps(self) -> int:
        """Optimization steps: all images, the last batch filled up."""
        return -(-self.images // self.batch)

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        decay = self.images * (1 - self.decay_from)
        left = self.images - step * self.batch
        linear = self.lr * (1.0 if decay == 0 else min(1.0, max(0.0, left / decay)))
        return linear * self.rate / 2 ** (step * self.batch * (self.halvings + 1) // self.images)

    def logs_after(self, done: int) -> bool:
        """Whether the log gets a row after that many steps."""
        return done % self.log_every == 0 or done == self.steps

    def previews_after(self, done: int) -> bool:
        """Whether a preview is drawn after that many steps."""
        return done % self.grid_every == 0 or done == self.steps
