"""Noise comes from a seed and a saved state alone."""

import torch

from crossnet.methods.noise import Noise, normal


def test_a_seed_gives_its_noise_whatever_the_global_state() -> None:
    like, found = torch.empty(3, 1, dtype=torch.float64), []
    for _ in range(2):
        torch.rand(5)
        noise = Noise(4)
        found.append((noise.normal(like, 2, 5), noise.uniform(like, 7)))
    assert all(torch.equal(a, b) for a, b in zip(*found, strict=True))
    assert [x.shape for x in found[0]] == [(3, 2, 5), (3, 7)]
    assert found[0][0].dtype == torch.float64


def test_it_goes_on_from_its_state() -> None:
    like, noise, other = torch.empty(1), Noise(0), Noise(1)
    noise.normal(like, 9)
    other.load_state_dict(noise.state_dict())
    assert torch.equal(noise.uniform(like, 9), other.uniform(like, 9))


def test_it_is_normal_or_uniform() -> None:
    noise, like = Noise(0), torch.empty(100)
    drawn, even = noise.normal(like, 1000), noise.uniform(like, 1000)
    assert abs(drawn.mean()) < 0.02
    assert abs(drawn.std() - 1) < 0.01
    assert 0 <= even.min() < 0.001 < 0.999 < even.max() <= 1
    assert normal(torch.Generator().manual_seed(0), like, 2).shape == (100, 2)
