"""How long a run trains, and how fast it learns: by the images that it has seen, whatever the batch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """How long and how fast: `images` a side in all, `batch` a step (of all processes), Adam's `lr` and `betas`.

    The learning rate is constant until `decay_from` (a share of all images), then falls linearly to zero. The model's
    weights are an average over the steps that fades by `average` a step, or those of the last step if that is 0. The
    terms are logged as means over `log_every` steps, and pictures are drawn every `grid_every`.
    """

    images: int
    batch: int
    lr: float
    betas: tuple[float, float]
    decay_from: float
    average: float
    log_every: int
    grid_every: int

    @property
    def steps(self) -> int:
        """Optimisation steps: all images, the last batch filled up."""
        return -(-self.images // self.batch)

    def rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0, by the images seen before it."""
        decay = self.images * (1 - self.decay_from)
        left = self.images - step * self.batch
        return self.lr * (1.0 if decay == 0 else min(1.0, max(0.0, left / decay)))

    def reads(self, done: int) -> bool:
        """Whether the log is written after that many steps."""
        return done % self.log_every == 0 or done == self.steps

    def draws(self, done: int) -> bool:
        """Whether pictures are drawn after that many steps."""
        return done % self.grid_every == 0 or done == self.steps
