"""UNIT (Liu, Breuel, Kautz, NIPS 2017): two variational autoencoders with one latent space.

The last layers of the encoders and the first of the decoders are shared: S and H. A code is S(E_a(x_a)), to which noise
is added while it trains; either decoder decodes it. As the authors' code of 2017 has it (docs/decisions.md).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, final

from torch import Tensor, nn

from crossnet.methods.adversarial import bce, float32, l1
from crossnet.methods.base import Domain, Phase
from crossnet.methods.graph import Loss, PathTable, PerDomain
from crossnet.methods.noise import plus
from crossnet.methods.tables import Shape, TableMethod
from crossnet.models.unit import OwnDecoder, OwnEncoder, StridedCritic, blocks


def build(shape: Shape, options: Mapping[str, Any]) -> dict[str, nn.Module]:
    """All networks by name: S and H are of both domains."""
    width, own, shared = shape.width, options["own_blocks"], options["shared_blocks"]
    return {
        "E_a": OwnEncoder(width, own),
        "E_b": OwnEncoder(width, own),
        "S": blocks(width, shared),
        "H": blocks(width, shared),
        "D_a": OwnDecoder(width, own),
        "D_b": OwnDecoder(width, own),
        "Q_a": StridedCritic(shape.discriminator_width, shape.size),
        "Q_b": StridedCritic(shape.discriminator_width, shape.size),
    }


AUTOENCODERS = ("E_a", "E_b", "S", "H", "D_a", "D_b")
PATHS: PathTable = {
    # h is a code, z the code with noise, g what both decoders begin with
    "f_a": ("E_a", "x_a"),
    "f_b": ("E_b", "x_b"),
    "h_a": ("S", "f_a"),
    "h_b": ("S", "f_b"),
    "z_a": ("plus_a", "h_a", "e_a"),
    "z_b": ("plus_b", "h_b", "e_b"),
    "g_a": ("H", "z_a"),
    "g_b": ("H", "z_b"),
    "x_a_rec": ("D_a", "g_a"),
    "x_b_rec": ("D_b", "g_b"),
    "x_b_hat": ("D_b", "g_a"),
    "x_a_hat": ("D_a", "g_b"),
    "q_b_hat": ("Q_b", "x_b_hat"),
    "q_a_hat": ("Q_a", "x_a_hat"),
    # the cycle
    "f_a_back": ("E_b", "x_b_hat"),
    "f_b_back": ("E_a", "x_a_hat"),
    "h_a_back": ("S", "f_a_back"),
    "h_b_back": ("S", "f_b_back"),
    "z_a_back": ("plus_a", "h_a_back", "e_a_back"),
    "z_b_back": ("plus_b", "h_b_back", "e_b_back"),
    "g_a_back": ("H", "z_a_back"),
    "g_b_back": ("H", "z_b_back"),
    "x_a_cyc": ("D_a", "g_a_back"),
    "x_b_cyc": ("D_b", "g_b_back"),
    # the discriminators
    "q_a": ("Q_a", "x_a"),
    "q_b": ("Q_b", "x_b"),
}


def l_gan(q_b_hat: Tensor, q_a_hat: Tensor) -> PerDomain:
    """Cross-entropy: the discriminators should say that both translations are real."""
    return PerDomain(b=bce(q_b_hat, 1), a=bce(q_a_hat, 1))


def l_reconstruction(x_a_rec: Tensor, x_a: Tensor, x_b_rec: Tensor, x_b: Tensor) -> PerDomain:
    """D_a(z_a) is x_a; a variational autoencoder with a Laplacian likelihood."""
    return PerDomain(a=l1(x_a_rec, x_a), b=l1(x_b_rec, x_b))


def l_kl(z_a: Tensor, z_b: Tensor) -> PerDomain:
    """Codes are near N(0, 1): of a Gaussian of variance 1 the divergence is the square of its mean, here with noise."""
    return PerDomain(a=float32(z_a).square().mean(), b=float32(z_b).square().mean())


def l_cycle(x_a_cyc: Tensor, x_a: Tensor, x_b_cyc: Tensor, x_b: Tensor) -> PerDomain:
    """D_a decodes the code of x_b_hat to x_a; an image survives the translation there and back."""
    return PerDomain(a=l1(x_a_cyc, x_a), b=l1(x_b_cyc, x_b))


def l_kl_cycle(z_a_back: Tensor, z_b_back: Tensor) -> PerDomain:
    """Codes of translations are near N(0, 1) too."""
    return PerDomain(a=float32(z_a_back).square().mean(), b=float32(z_b_back).square().mean())


def l_disc(q_a: Tensor, q_a_hat: Tensor, q_b: Tensor, q_b_hat: Tensor) -> PerDomain:
    """Cross-entropy: real images are real, translations are not; not halved."""
    return PerDomain(a=bce(q_a, 1) + bce(q_a_hat, 0), b=bce(q_b, 1) + bce(q_b_hat, 0))


LOSSES: dict[str, Loss] = {  # in params.yaml the weight of each is methods.unit.<name>
    "gan": l_gan,
    "reconstruction": l_reconstruction,
    "kl": l_kl,
    "cycle": l_cycle,
    "kl_cycle": l_kl_cycle,
}
OPTIONS = {
    "disc": 10.0,  # weight of the discriminators' loss
    "own_blocks": 3,
    "shared_blocks": 1,
    "rate": 0.5,  # 1e-4 where the scale's lr is 2e-4
    "decay_from": 1.0,  # constant
    "weight_decay": 1e-4,
}


@final
class UNIT(TableMethod):
    """Discriminators, then the autoencoders, each with noise of its own and no image pool."""

    paths = PATHS
    operations = MappingProxyType({"plus_a": plus, "plus_b": plus})
    translates_with = ("E_a", "S", "H", "D_b", "E_b", "D_a")
    codes = MappingProxyType({"b": "h_a", "a": "h_b"})
    alike = (("E_a", "E_b"), ("D_a", "D_b"))

    def build(self) -> dict[str, nn.Module]:
        return build(self.shape, self.options)

    def make_phases(self) -> tuple[Phase, ...]:
        discriminators = self.phase("discriminators", ("Q_a", "Q_b"), {"disc": l_disc}, self._noise, per_domain=True)
        generators = self.phase("generators", AUTOENCODERS, LOSSES, self._noises)
        return (discriminators, generators) if self.options["gan"] else (generators,)

    def _noise(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        return self.noise.of_codes(x_a, self.shape.width)

    def _noises(self, x_a: Tensor, x_b: Tensor) -> dict[str, Tensor]:
        return self._noise(x_a, x_b) | {f"{name}_back": e for name, e in self._noise(x_a, x_b).items()}

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        return {"e_a": 0.0, "e_b": 0.0}


METHOD = UNIT
