"""The history of translated images of Shrivastava et al. [19], as CycleGAN keeps it."""

from collections.abc import Mapping

import torch
from torch import Tensor


class History:
    """Up to `size` past translations; discriminators see these instead of the newest ones half of the time.

    Until it is full it stores each image and hands it back. Then, with probability `reuse_probability`, it hands back a
    stored image at random and keeps the new one in its place; otherwise the new one passes through. A probability or a
    size of 0 turns it off. Its random state is its own, so that a run can be continued exactly.
    """

    def __init__(self, size: int, reuse_probability: float, seed: int):
        self.size, self.reuse_probability = size, reuse_probability
        self.images: list[Tensor] = []
        self._random = torch.Generator().manual_seed(seed)

    def exchange(self, images: Tensor) -> Tensor:
        """(N, 3, H, W) new translations in, as many images of any age out; gradients stop here."""
        self.images = [image.to(images.device) for image in self.images]
        return torch.stack([self._exchange_one(image) for image in images.detach()])

    def state(self) -> dict[str, Tensor]:
        """The images, oldest place first, and the random state."""
        images = {"images": torch.stack(self.images)} if self.images else {}
        return images | {"random": self._random.get_state()}

    def load(self, state: Mapping[str, Tensor]) -> None:
        """Become what `state` was taken of; the images go to the device that they are asked from."""
        self.images = list(state["images"].unbind()) if "images" in state else []
        self._random.set_state(state["random"])

    def _exchange_one(self, image: Tensor) -> Tensor:
        if len(self.images) < self.size:
            self.images.append(image.clone())
            return image
        if torch.rand((), generator=self._random).item() >= self.reuse_probability or not self.images:
            return image
        place = int(torch.randint(len(self.images), (), generator=self._random))
        old, self.images[place] = self.images[place], image.clone()
        return old
