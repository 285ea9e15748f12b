"""A method as tables: networks, data paths, and for each phase the losses that it descends."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from crossnet.methods.adversarial import ImagePools
from crossnet.methods.base import Domain, Method, Phase, draw_nothing
from crossnet.methods.base import Loss as PhaseLoss
from crossnet.methods.graph import Executor, Loss, Objective, Paths, PathTable, reference
from crossnet.methods.noise import Noise
from crossnet.models.init import NORMAL, InitialWeights, initialise
from crossnet.models.norms import Norm
from crossnet.training.diagnostics import code_norm
from crossnet.training.seeds import derive

PACE = ("optimizer", "weight_decay", "rate", "decay_from", "halvings")  # options that are fields of Schedule


class Shape(NamedTuple):
    """The sizes of networks, block `networks` of a scale in params.yaml, and the `size` of its images.

    shared_init: both encoders begin with the same weights, and both decoders.
    """

    width: int
    encoder_blocks: int
    translator_blocks: int
    discriminator_width: int
    discriminator_layers: int = 3
    norm: Norm = "instance"
    shared_init: bool = False
    size: int = 256


class TableMethod(Method):
    """A method that says what it is by tables; it makes its phases by `phase`.

    networks: the fields of `Shape` but the size of images.
    weights: the weight of each loss, and other options of the method. Options that are named as in PACE, and beta1
        with beta2, are the method's own in place of the scale's.
    image_pool: `size` and `reuse_probability` of an `ImagePool`.
    seed: of initial weights, image pools and noise, the same for all processes that train together.
    rank: of this process, which has image pools and noise of its own.
    executor: how paths are computed.
    size: of the images that it is trained on.

    paths: the data paths. `x_a_hat` and `x_b_hat` are the translations.
    operations: what is in `paths` and has no weights, by name.
    codes: by the domain that it is decoded to, the path that is the code.
    initial: how weights begin.
    alike: pairs of networks of which the second begins as the first, where the scale's `shared_init` says so.
    pools_type: the class of its image pools.
    """

    paths: PathTable
    operations: Mapping[str, Callable[..., Tensor]] = MappingProxyType({})
    codes: Mapping[Domain, str] = MappingProxyType({})
    initial: InitialWeights = NORMAL
    alike: tuple[tuple[str, str], ...] = ()
    pools_type: type[ImagePools] = ImagePools

    def __init__(
        self,
        networks: Mapping[str, Any],
        weights: Mapping[str, Any],
        image_pool: Mapping[str, Any],
        seed: int,
        rank: int = 0,
        executor: Executor = reference,
        size: int = 256,
    ):
        self.shape, self.options = Shape(**networks, size=size), weights
        modules = self.build()
        super().__init__(modules)
        self._executor = executor
        generator = torch.Generator().manual_seed(derive(seed, "networks"))
        for name, network in modules.items():
            initialise(network, generator, self.initial_of(name))
        for source, target in self.alike if self.shape.shared_init else ():
            modules[target].load_state_dict(modules[source].state_dict())
        self.pools = self.pools_type(image_pool, derive(seed, "history", rank))
        self.noise = Noise(derive(seed, "noise", rank))
        self.pace = {name: weights[name] for name in PACE if name in weights}
        if "beta1" in weights:
            self.pace |= {"betas": (weights["beta1"], weights["beta2"])}
        self.phases = self.make_phases()

    @abstractmethod
    def build(self) -> dict[str, nn.Module]:
        """All networks by name, for `self.shape` and `self.options`."""

    @abstractmethod
    def make_phases(self) -> tuple[Phase, ...]:
        """The phases of a step, in order."""

    def initial_of(self, network: str) -> InitialWeights:
        """How the weights of a network begin."""
        return self.initial

    def phase(
        self,
        name: str,
        networks: tuple[str, ...],
        losses: Mapping[str, Loss],
        sample: Callable[[Tensor, Tensor], Mapping[str, Tensor]] = draw_nothing,
        per_domain: bool = False,
        weights: Mapping[str, float] | None = None,
        **options: Any,
    ) -> Phase:
        """A phase that descends the weighted sum of losses.

        losses: by name.
        sample: as in `Phase`.
        per_domain: whether the log has a loss of each domain in place of their sum.
        weights: of the losses; None: the options of their names. One without has weight 1.
        options: other fields of `Phase`.
        """
        loss = partial(
            self._descend,
            Objective(losses, self.options if weights is None else weights),
            frozenset(networks),
            per_domain,
        )
        return Phase(name, networks, loss, sample, **options)

    def _descend(self, objective: Objective, networks: frozenset[str], per_domain: bool, **inputs: Tensor) -> PhaseLoss:
        paths = Paths(self.paths, {**self.networks, **self.operations}, inputs, self._executor)
        total, terms = objective(paths)
        self.pools.remember(paths)
        if per_domain:
            logged = {
                f"loss/{name}_{domain}": x for name, term in terms.items() for domain, x in term._asdict().items()
            }
        else:
            logged = {f"loss/{name}": term.a + term.b for name, term in terms.items()}
        norms = {
            f"code_norm/z_{to}": code_norm(paths[z])
            for to, z in self.codes.items()
            if z in paths and self.paths[z][0] in networks
        }
        return total, {name: x for name, x in logged.items() if isinstance(x, Tensor)} | norms

    def translate(self, x: Tensor, to: Domain, style: Tensor | None = None) -> Tensor:
        """x_b_hat of x_a, or x_a_hat of x_b, by the networks in `translates_with` alone."""
        translated: Tensor = self._at_test(x, to, style)[f"x_{to}_hat"]
        return translated

    def encode(self, x: Tensor, to: Domain) -> Tensor | None:
        return self._at_test(x, to, None)[self.codes[to]] if self.codes else None

    def test_inputs(self, x: Tensor, to: Domain, style: Tensor | None) -> Mapping[str, Any]:
        """What paths need to translate images beside these: by name, noise or a style."""
        return {}

    def _at_test(self, x: Tensor, to: Domain, style: Tensor | None) -> Paths:
        if style is None and self.has_styles:
            drawn = [self.draw_style(each, to, torch.Generator().manual_seed(0)) for each in torch.split(x, 1)]
            style = torch.cat([each for each in drawn if each is not None])
        inputs = {"x_a" if to == "b" else "x_b": x, **self.test_inputs(x, to, style)}
        return Paths(self.paths, {**self.networks, **self.operations}, inputs)
