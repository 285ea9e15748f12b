"""The effective rank of samples, against distributions whose rank is known and against the one that training logs."""

import numpy as np
import pytest
import torch

from crossnet.evaluation.effective_rank import effective_rank
from crossnet.training import diagnostics


@pytest.mark.parametrize("channels", [1, 3, 8])
def test_equal_variances_in_rotated_directions_have_the_rank_of_their_number(channels: int) -> None:
    rng = np.random.default_rng(channels)
    rotation = np.linalg.qr(rng.normal(size=(8, 8)))[0][:, :channels]
    samples = rng.normal(size=(100_000, channels)) @ rotation.T + rng.normal(size=8)
    assert effective_rank(samples) == pytest.approx(channels, rel=1e-3)


def test_unequal_variances_have_the_exponential_of_their_entropy() -> None:
    variances = np.array([4.0, 2.0, 1.0, 1.0])
    shares = variances / 8
    wanted = np.exp(-(shares * np.log(shares)).sum())
    samples = np.random.default_rng(0).normal(size=(200_000, 4)) * np.sqrt(variances)
    assert effective_rank(samples) == pytest.approx(wanted, rel=5e-3)


def test_what_does_not_vary_has_rank_one() -> None:
    assert effective_rank(np.full((10, 4), 3.0)) == 1


@pytest.mark.parametrize("collapsed", [False, True])
def test_it_is_the_rank_that_training_logs(collapsed: bool) -> None:
    code = np.random.default_rng(1).normal(size=(3, 6, 4, 5)).astype(np.float32)
    code = code[:, :1] * np.arange(6, dtype=np.float32)[:, None, None] + 0.01 * code if collapsed else code
    vectors = code.transpose(0, 2, 3, 1).reshape(-1, 6)
    assert effective_rank(vectors) == pytest.approx(diagnostics.effective_rank(torch.from_numpy(code)), rel=1e-6)
