"""The norm of codes, and their effective rank: against known ranks and the rank that training logs."""

from pathlib import Path

import numpy as np
import pytest
import torch

from crossnet.effective_rank import effective_rank
from crossnet.evaluation.codes import codes, read_codes
from crossnet.training.diagnostics import code_rank
from tests.support.evaluated import direction


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
    assert effective_rank(vectors) == pytest.approx(code_rank(torch.from_numpy(code)), rel=1e-6)


def test_the_norm_of_codes_is_the_mean_magnitude_of_their_vectors(tmp_path: Path) -> None:
    code = np.zeros((3, 2, 2), np.float16)
    code[:, 0, 0], code[:, 1, 1] = [3, 4, 0], [0, 0, 2]
    np.save(tmp_path / "a.npy", code)
    np.save(tmp_path / "b.npy", np.zeros((3, 4, 5), np.float16))
    found = codes(direction(codes=sorted(tmp_path.iterdir()))).values
    assert found["to_*_code_norm"] == pytest.approx((5 + 2) / 4 / 2)
    assert found["to_*_code_channels"] == 3


def test_the_rank_of_codes_is_of_the_places_of_all_images_and_not_of_one(tmp_path: Path) -> None:
    one, other = np.zeros((2, 4, 5, 5), np.float16)
    one[0], other[2] = np.random.default_rng(0).normal(size=(2, 5, 5))
    paths = [tmp_path / "a.npy", tmp_path / "b.npy"]
    for path, code in zip(paths, (one, other), strict=True):
        np.save(path, code)
        assert codes(direction(codes=[path])).values["to_*_code_rank"] == pytest.approx(1)
    together = codes(direction(codes=paths)).values["to_*_code_rank"]
    assert together == effective_rank(np.hstack([one.reshape(4, -1), other.reshape(4, -1)]).T)
    assert together > 1.9


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros((2, 2)), r"shape \(2, 2\), wanted"),
        (np.full((1, 1, 1), np.nan), "finite"),
        (None, "no array"),
        (np.zeros((3, 1, 1)), "a code of 3 channels, wanted 2"),
    ],
)
def test_what_is_no_code_is_refused(tmp_path: Path, array: np.ndarray | None, said: str) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(b"nothing") if array is None else np.save(path, array)
    np.save(tmp_path / "0.npy", np.zeros((2, 1, 1)))
    with pytest.raises(ValueError, match=rf"a\.npy: .*{said}"):
        read_codes(sorted(tmp_path.iterdir()))
