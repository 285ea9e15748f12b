"""DPED (Ignatov et al., ICCV 2017): photographs of a telephone become those of a camera, A to B alone, by pairs.

x_a and x_b show the same; x_b_hat is what F makes of x_a. The losses are those of the authors' code: it computes on
images in [0, 1], in patches of 100x100, 50 at once. Where it sums over a batch or a patch, the sums here are those of
as many images and pixels whatever the batch and the size, so that the balance of the terms stays.
"""

from collections.abc import Mapping
from functools import partial
from typing import final

import torch
from torch import Tensor, nn
from torch.nn import functional

from crossnet.methods.base import Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.features import Features
from crossnet.models.init import InitialWeights, truncated
from crossnet.models.norms import affine_norm

BLOCKS = 4  # residual blocks of F
BATCH, PATCH = 50, 100  # of the authors' code
BLUR = 4.24  # pixels of a patch: the standard deviation of the code's kernel, which is the root of a Gaussian of 3
REACH = 10  # pixels of a patch: the kernel has 21
EPS = 1e-3  # of the norms
LAYERS = ((48, 11, 4), (128, 5, 2), (192, 3, 1), (192, 3, 1), (128, 3, 2))  # of Q: channels, kernel, stride at width 64
LUMA = (0.299, 0.587, 0.114)  # Rec. 601
FAKE, REAL = 0, 1  # classes of Q


class _Block(nn.Module):
    """Two 3x3 convolutions, each with a norm and a ReLU, and the identity: (N, C, H, W) -> the same."""

    def __init__(self, channels: int):
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(2):
            layers += [nn.Conv2d(channels, channels, 3, padding=1), affine_norm(channels, EPS), nn.ReLU()]
        self.body = nn.Sequential(*layers)

    def forward(self, h: Tensor) -> Tensor:
        return h + self.body(h)


class Enhancer(nn.Module):
    """F: image (N, 3, H, W) in [-1, 1] -> image (N, 3, H, W) in (-1.16, 1.16), at full resolution throughout.

    401,475 parameters at width 64.
    """

    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, width, 9, padding=4),
            nn.ReLU(),
            *(_Block(width) for _ in range(BLOCKS)),
            *(nn.Conv2d(width, width, 3, padding=1), nn.ReLU()),
            *(nn.Conv2d(width, width, 3, padding=1), nn.ReLU()),
            nn.Conv2d(width, 3, 9, padding=4),
            nn.Tanh(),
        )

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = 1.16 * self.layers(unit(x))  # 0.58 tanh + 0.5 in [0, 1]
        return y


class GreyDiscriminator(nn.Module):
    """Q: image (N, 3, size, size) in [-1, 1], of which it sees the luminance -> logits (N, 2) of FAKE and REAL.

    7,361,122 parameters at width 64 for 100x100 pixels; the dense layer depends on the size.
    """

    def __init__(self, width: int, size: int):
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for number, (channels, kernel, stride) in enumerate(LAYERS):
            after, size = max(1, channels * width // 64), -(-size // stride)
            layers += [nn.Conv2d(before, after, kernel, stride, kernel // 2), nn.LeakyReLU(0.2)]
            layers += [affine_norm(after, EPS)] if number else []
            before = after
        dense = 16 * width
        head = [nn.Flatten(), nn.Linear(before * size * size, dense), nn.LeakyReLU(0.2), nn.Linear(dense, 2)]
        self.layers = nn.Sequential(*layers, *head)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.layers((unit(x) * x.new_tensor(LUMA)[:, None, None]).sum(1, keepdim=True))
        return logits


def build(shape: Shape) -> dict[str, nn.Module]:
    """The two networks by name."""
    return {"F": Enhancer(shape.width), "Q": GreyDiscriminator(shape.discriminator_width, shape.size)}


PATHS: PathTable = {
    "x_b_hat": ("F", "x_a"),
    "q_hat": ("Q", "x_b_hat"),
    # Q is shown, of each pair, either the truth or what F makes, by the toss of a coin
    "x_b_shown": ("mix", "x_b", "x_b_hat", "coin"),
    "q_shown": ("Q", "x_b_shown"),
}


def unit(x: Tensor) -> Tensor:
    """[-1, 1] -> [0, 1]."""
    return (x + 1) / 2


def mix(x_b: Tensor, x_b_hat: Tensor, coin: Tensor) -> Tensor:
    """Of each pair (N, 3, H, W) the truth where the coin (N,) is 1, else what F has made."""
    return torch.where(coin[:, None, None, None] == REAL, x_b, x_b_hat)


def blur(x: Tensor) -> Tensor:
    """Blur images (N, 3, H, W) by a Gaussian, zeros outside: of BLUR pixels, or as much of a smaller image's side."""
    scale = min(1.0, x.shape[-1] / PATCH)
    reach = max(1, round(REACH * scale))
    places = torch.arange(-reach, reach + 1, dtype=x.dtype, device=x.device)
    line = torch.exp(-places.square() / (2 * (BLUR * scale) ** 2))
    line = (line / line.sum()).expand(3, 1, 1, -1)
    across = functional.conv2d(x, line, padding=(0, reach), groups=3)
    return functional.conv2d(across, line.transpose(2, 3), padding=(reach, 0), groups=3)


def l_colour(x_b_hat: Tensor, x_b: Tensor) -> PerDomain:
    """The blurred images are the same; half of the squared differences, summed over a patch's numbers."""
    differences = blur(unit(x_b_hat)) - blur(unit(x_b))
    return PerDomain(b=0.5 * 3 * PATCH**2 * differences.square().mean(), a=0.0)


def l_texture(q_hat: Tensor) -> PerDomain:
    """Q should be wrong about x_b_hat; the negative of its loss for the class FAKE, summed over a batch."""
    return PerDomain(b=BATCH * functional.log_softmax(q_hat.float(), 1)[:, FAKE].mean(), a=0.0)


def l_content(phi: Features, x_b_hat: Tensor, x_b: Tensor) -> PerDomain:
    """Features of x_b_hat are those of x_b; the mean of their squared differences."""
    with torch.no_grad():
        truth = phi(x_b)
    return PerDomain(b=(phi(x_b_hat) - truth).square().mean(), a=0.0)


def l_tv(x_b_hat: Tensor) -> PerDomain:
    """Total variation: neighbours are alike; the mean squares of differences down and across."""
    y = unit(x_b_hat)
    return PerDomain(b=y.diff(dim=2).square().mean() + y.diff(dim=3).square().mean(), a=0.0)


def l_disc(q_shown: Tensor, coin: Tensor) -> PerDomain:
    """Q tells the truth from what F makes: its cross-entropy, summed over a batch."""
    return PerDomain(b=BATCH * functional.cross_entropy(q_shown.float(), coin.long()), a=0.0)


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.dped.<name>
    "colour": l_colour,
    "texture": l_texture,
    "content": l_content,
    "tv": l_tv,
}
OPTIONS = {
    "features": ("vgg19", "efflite0"),  # φ of the content loss
    "rate": 2.5,  # 5e-4, of 2e-4
    "beta1": 0.9,
    "beta2": 0.999,
    "decay_from": 1.0,  # constant
}


@final
class Dped(TableMethod):
    """F descends the weighted sum of `LOSSES`; then Q is trained, on the same images."""

    directions = ("b",)
    paired = True
    multiple = 1
    paths = PATHS
    operations = {"mix": mix}  # noqa: RUF012
    translates_with = ("F",)
    initial = InitialWeights(truncated(0.01), truncated(0.01), bias=0.01)

    def build(self) -> dict[str, nn.Module]:
        return build(self.shape)

    def make_phases(self) -> tuple[Phase, ...]:
        losses = LOSSES | {"content": partial(l_content, Features(self.options["features"]))}
        enhancer = self.phase("enhancer", ("F",), losses)
        discriminator = self.phase("discriminator", ("Q",), {"disc": l_disc}, self._toss)
        return (enhancer, discriminator) if self.options["texture"] else (enhancer,)

    def _toss(self, x_a: Tensor, x_b: Tensor) -> Mapping[str, Tensor]:
        return {"coin": (self.noise.uniform(x_a) < 0.5).to(x_a.dtype)}


METHOD = Dped
