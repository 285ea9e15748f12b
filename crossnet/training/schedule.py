"""How long a run trains, and its learning rate: by the images that it has used, whatever the batch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Schedule:
    """Length and pace of a training.

    images: of each domain, in all.
    batch: images of each domain in a step, of all processes.
    lr, betas: Adam's.
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

    @property
    def steps(self) -> int:
        """Optimization steps: all images, the last batch filled up."""
        return -(-self.images // self.batch)

    def learning_rate(self, step: int) -> float:
        """The learning rate of a step, counted from 0."""
        decay = self.images * (1 - self.decay_from)
        left = self.images - step * self.batch
        return self.lr * (1.0 if decay == 0 else min(1.0, max(0.0, left / decay)))

    def logs_after(self, done: int) -> bool:
        """Whether the log gets a row after that many steps."""
        return done % self.log_every == 0 or done == self.steps

    def previews_after(self, done: int) -> bool:
        """Whether a preview is drawn after that many steps."""
        return done % self.grid_every == 0 or done == self.steps
