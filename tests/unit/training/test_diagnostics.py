"""What is logged of the codes: magnitude and effective rank."""

import math

import numpy as np
import pytest
import torch

from crossnet.training.diagnostics import code_norm, code_rank


def test_the_norm_is_over_channels_and_the_mean_over_places() -> None:
    z = torch.tensor([[3.0, 0.0], [4.0, 0.0]]).view(1, 2, 1, 2)  # (3, 4) at one place, (0, 0) at the other
    assert code_norm(z) == 2.5


def test_no_gradient_goes_through_it() -> None:
    assert not code_norm(torch.ones(1, 2, 3, 3, requires_grad=True)).requires_grad


def test_the_effective_rank_of_independent_equal_channels_is_their_number() -> None:
    z = torch.randn(64, 6, 40, 40, generator=torch.Generator().manual_seed(0))
    assert code_rank(z) == pytest.approx(6, abs=0.01)


def test_the_effective_rank_is_one_where_all_channels_are_multiples_of_one() -> None:
    pattern = torch.randn(2, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    assert code_rank(pattern * torch.arange(1, 6).view(1, 5, 1, 1) + 3) == pytest.approx(1, abs=1e-6)


def test_the_effective_rank_of_constant_codes_is_one() -> None:
    assert code_rank(torch.ones(2, 3, 4, 4)) == 1


def test_the_effective_rank_is_the_exponential_of_the_entropy_of_singular_values_squared() -> None:
    z = torch.randn(3, 5, 4, 6, generator=torch.Generator().manual_seed(1)) * torch.arange(1, 6).view(1, 5, 1, 1)
    rows = z.permute(0, 2, 3, 1).reshape(-1, 5).double().numpy()
    shares = np.linalg.svd(rows - rows.mean(0), compute_uv=False) ** 2
    shares /= shares.sum()
    assert code_rank(z) == pytest.approx(math.exp(-(shares * np.log(shares)).sum()))
