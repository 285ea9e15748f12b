"""DPED: its paths as formulas, its losses in numbers, its parameters, and that it learns its pairs."""

import inspect
from functools import partial

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from crossnet.methods.base import load
from crossnet.methods.dped import LOSSES, OPTIONS, PATHS, Enhancer, GreyDiscriminator, blur, l_disc
from crossnet.methods.graph import Paths
from crossnet.models.features import Features
from crossnet.params import load_params
from crossnet.params.methods import declared
from crossnet.training.step import training_only
from tests.support.by_heart import first_and_last, overfitted, pictures
from tests.support.committed import PARAMS
from tests.support.spelled import Spelled
from tests.support.tiny import IMAGE_POOL, WEIGHTS, images, loss_of, method

FORMULAS = {
    "x_b_hat": "F(x_a)",
    "q_hat": "Q(F(x_a))",
    "x_b_shown": "mix(x_b, F(x_a), coin)",
    "q_shown": "Q(mix(x_b, F(x_a), coin))",
}
COMPARED = {
    "colour": ("x_b_hat", "x_b"),
    "texture": ("q_hat",),
    "content": ("phi", "x_b_hat", "x_b"),
    "tv": ("x_b_hat",),
}
X_A, X_B = images(1, dtype=torch.float64), images(2, dtype=torch.float64)


@pytest.mark.parametrize(("path", "formula"), FORMULAS.items())
def test_a_path_is_its_formula(path: str, formula: str) -> None:
    networks = {name: name for name in ("F", "Q", "mix")}
    assert Paths(PATHS, networks, {name: name for name in ("x_a", "x_b", "coin")}, Spelled())[path] == formula


def test_the_terms_read_what_they_compare() -> None:
    assert {term: tuple(inspect.signature(function).parameters) for term, function in LOSSES.items()} == COMPARED
    assert tuple(inspect.signature(partial(LOSSES["content"], Features("efflite0"))).parameters) == ("x_b_hat", "x_b")
    assert tuple(inspect.signature(l_disc).parameters) == ("q_shown", "coin")


def test_its_losses_are_the_equations() -> None:
    made = method("dped", dtype=torch.float64, width=4)
    for network in made.networks.values():  # initial ones are too near to zero to tell anything
        for p in network.parameters():
            p.data = torch.randn(p.shape, dtype=p.dtype, generator=torch.Generator().manual_seed(p.numel())) / 3
    f, q = made.networks["F"], made.networks["Q"]
    y = (f(X_A) + 1) / 2
    truth = (X_B + 1) / 2

    def smooth(x: Tensor) -> Tensor:
        sigma = 4.24 * 0.32
        filtered = gaussian_filter(x.detach().numpy(), (0, 0, sigma, sigma), mode="constant", radius=(0, 0, 3, 3))
        return torch.from_numpy(filtered)

    def probability(x: Tensor, kind: int) -> Tensor:
        logits = q(x)
        return logits[:, kind].exp() / logits.exp().sum(1)

    colour = 30_000 / 2 * ((smooth(y) - smooth(truth)) ** 2).mean()
    texture = 50 * probability(f(X_A), 0).log().mean()
    phi = Features("efflite0")
    content = ((phi(f(X_A)) - phi(X_B)) ** 2).mean()
    tv = ((y[:, :, 1:] - y[:, :, :-1]) ** 2).mean() + ((y[..., 1:] - y[..., :-1]) ** 2).mean()
    enhancer, discriminator = made.phases
    total, logged = loss_of(enhancer, X_A, X_B)
    wanted = {"loss/colour": colour, "loss/texture": texture, "loss/content": content, "loss/tv": tv}
    torch.testing.assert_close(logged, wanted, rtol=1e-5, atol=1e-8, check_dtype=False)
    by_weights = 0.5 * colour + texture + 10 * content + 2000 * tv
    torch.testing.assert_close(total, by_weights, rtol=1e-5, atol=0, check_dtype=False)
    for coin in (torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])):
        shown = [X_B[i] if coin[i] else f(X_A)[i] for i in range(2)]
        right = [probability(x[None], int(kind)).log() for x, kind in zip(shown, coin, strict=True)]
        found, logged = discriminator.loss(x_a=X_A, x_b=X_B, coin=coin)
        torch.testing.assert_close(found, -50 * torch.cat(right).mean(), rtol=1e-5, atol=0, check_dtype=False)
        assert set(logged) == {"loss/disc"}


def test_the_blur_is_that_of_a_patch_of_100_pixels_and_less_of_a_smaller_image() -> None:
    for size, scale in ((100, 1.0), (150, 1.0), (50, 0.5)):
        spot = torch.zeros(1, 3, size, size, dtype=torch.float64)
        spot[..., size // 2, size // 2] = 1
        line = blur(spot)[0, 1].sum(0).numpy()
        places = np.arange(size) - size // 2
        assert line.sum() == pytest.approx(1)
        assert np.sqrt((line * places**2).sum()) == pytest.approx(4.24 * scale, rel=0.06)
        assert np.flatnonzero(line).tolist() == list(
            range(size // 2 - int(10 * scale), size // 2 + int(10 * scale) + 1)
        )


def test_q_sees_luminance_alone() -> None:
    q = GreyDiscriminator(8, 32)
    x = images(3)
    grey = (0.299 * x[:, :1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:]).expand(-1, 3, -1, -1)
    torch.testing.assert_close(q(x), q(grey), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(q(x), q(x.flip(1)))


def test_the_coin_is_fair_and_tossed_for_each_pair() -> None:
    made = method("dped")
    tosses = torch.cat([made.phases[1].inputs(images(1, 20), images(2, 20))["coin"] for _ in range(20)])
    assert set(tosses.tolist()) == {0.0, 1.0}
    assert abs(tosses.mean() - 0.5) < 0.1


def test_q_does_not_move_f_and_f_comes_first() -> None:
    made = method("dped")
    assert [phase.name for phase in made.phases] == ["enhancer", "discriminator"]
    with training_only(made, made.phases[1]):
        loss_of(made.phases[1], images(1), images(2))[0].backward()
    assert all(p.grad is None for p in made.networks["F"].parameters())
    assert [phase.name for phase in method("dped", texture=0).phases] == ["enhancer"]


def test_parameters_of_the_papers_networks() -> None:
    with torch.device("meta"):
        assert sum(p.numel() for p in Enhancer(64).parameters()) == 401_475
        assert sum(p.numel() for p in GreyDiscriminator(64, 100).parameters()) == 7_361_122
        scale = load_params(PARAMS).scales["paper"]
        options = WEIGHTS["dped"] | {"features": "vgg19"}
        made = load("dped")(scale.networks.model_dump(), options, IMAGE_POOL, seed=0, size=scale.images.size)
    assert sum(p.numel() for p in made.networks["F"].parameters()) == 401_475


def test_it_has_the_pace_of_its_paper() -> None:
    made = method("dped")
    assert made.pace == {"rate": 2.5, "decay_from": 1.0, "betas": (0.9, 0.999)}
    assert declared()["dped"].defaults == {name: OPTIONS[name] for name in OPTIONS if name != "features"} | {
        "features": "vgg19"
    }


def test_an_image_of_any_size_is_enhanced_at_its_size() -> None:
    assert method("dped").translate(torch.rand(1, 3, 13, 22), "b").shape == (1, 3, 13, 22)


def test_it_learns_its_pairs_by_heart() -> None:
    a = pictures(1)
    made = method("dped", width=8, tv=0)
    log = overfitted(made, a, (a // 2 + 100).flip(1), 60, 3e-3)
    for term in ("colour", "content"):
        first, last = first_and_last(log, term)
        assert last < first / 2, term
