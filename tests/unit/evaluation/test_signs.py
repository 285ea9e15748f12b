"""The signs of failure: each shows its failure and not another's."""

from pathlib import Path

import numpy as np
import pytest

from crossnet.evaluation.codes import code_signs, read_codes
from crossnet.evaluation.collapse import spread
from crossnet.evaluation.copying import copying
from crossnet.evaluation.distances import Sets
from crossnet.evaluation.effective_rank import effective_rank
from crossnet.evaluation.inversion import correlations
from crossnet.evaluation.nearest import nearest
from crossnet.evaluation.signs import signs


def drawn(seed: int, count: int = 4, size: int = 12) -> list[np.ndarray]:
    return list(np.random.default_rng(seed).integers(0, 256, (count, size, size, 3), dtype=np.uint8))


def flat(level: int) -> np.ndarray:
    return np.full((6, 6, 3), level, dtype=np.uint8)


def test_a_correlation_is_that_of_numpy() -> None:
    x, y = drawn(0), drawn(1)
    weights = [0.299, 0.587, 0.114]
    wanted = [np.corrcoef((a @ weights).ravel(), (b @ weights).ravel())[0, 1] for a, b in zip(x, y, strict=True)]
    assert correlations(x, y) == pytest.approx(np.array(wanted))


def test_a_negative_is_at_minus_one_and_a_flat_image_has_none() -> None:
    [image] = drawn(0, 1)
    grey = np.repeat(image[..., :1], 3, axis=-1)
    found = correlations([grey, 255 - grey, grey // 2, np.full_like(grey, 7)], [grey] * 4)
    assert found[:3] == pytest.approx([1, -1, 1], abs=1e-3)
    assert np.isnan(found[3])


def test_with_a_mask_it_is_that_of_the_object() -> None:
    x, y = drawn(0, 1), drawn(1, 1)
    mask = np.zeros((12, 12), bool)
    mask[3:7, 2:9] = True
    assert correlations(x, y, [mask]) == pytest.approx(correlations([x[0][3:7, 2:9]], [y[0][3:7, 2:9]]))
    assert np.isnan(correlations(x, y, [np.zeros((12, 12), bool)])).all()


def test_copying_falls_from_the_input_to_what_the_target_looks_like() -> None:
    inputs, real = [flat(40)] * 5, [flat(140)] * 7
    translated = [flat(level) for level in (40, 50, 90, 140, 240)]
    assert copying(translated, inputs, real) == pytest.approx([1, 0.9, 0.5, 0, 0])


def test_the_domains_difference_is_of_images_that_do_not_belong_together() -> None:
    images = [flat(level) for level in (0, 60, 120)]
    # of i and i + 1, and of i and i + 2: (60 + 60 + 120) / 3 both times, though each is its own truth
    assert copying([flat(20)], [flat(0)], images) == pytest.approx([1 - 20 / 90])
    assert copying([flat(20), flat(60), flat(120)], images, images) == pytest.approx([0.75, 1, 1])


@pytest.mark.parametrize("real", [[], [flat(5)]])
def test_without_a_difference_there_is_no_copying(real: list[np.ndarray]) -> None:
    assert np.isnan(copying([flat(1)], [flat(5)], real)).all()


def test_a_spread_is_half_of_the_mean_squared_distance_of_pairs() -> None:
    x, y = np.random.default_rng(0).normal(size=(6, 4)), np.random.default_rng(1).normal(size=(5, 4))

    def pairs(z: np.ndarray) -> float:
        return float(np.mean([((a - b) ** 2).sum() / 2 for i, a in enumerate(z) for j, b in enumerate(z) if i != j]))

    assert spread(x, y) == pytest.approx(pairs(x) / pairs(y))
    assert spread(0.1 * x, x) == pytest.approx(0.01)
    assert np.isnan([spread(x[:1], y), spread(x, y[:1]), spread(x, np.ones((3, 4)))]).all()


def test_the_nearest_is_the_one_in_the_same_direction() -> None:
    real = np.array([[1.0, 0.0], [0.0, 2.0]])
    found = nearest(np.array([[5.0, 0.0], [1.0, 1.0], [-1.0, 0.0], [3.0, 4.0]]), real)
    assert found == pytest.approx([1, np.sqrt(0.5), 0, 0.8])


def test_the_norm_of_codes_is_the_mean_magnitude_of_their_vectors(tmp_path: Path) -> None:
    code = np.zeros((3, 2, 2), np.float16)
    code[:, 0, 0], code[:, 1, 1] = [3, 4, 0], [0, 0, 2]
    np.save(tmp_path / "a.npy", code)
    np.save(tmp_path / "b.npy", np.zeros((3, 4, 5), np.float16))
    found = code_signs(read_codes(sorted(tmp_path.iterdir())))
    assert found["code_norm"] == pytest.approx((5 + 2) / 4 / 2)
    assert found["code_channels"] == 3
    assert code_signs([]) == {}


def test_the_rank_of_codes_is_of_the_places_of_all_images_and_not_of_one() -> None:
    one, other = np.zeros((2, 4, 5, 5), np.float16)
    one[0], other[2] = np.random.default_rng(0).normal(size=(2, 5, 5))
    each = [code_signs([code])["code_rank"] for code in (one, other)]
    assert each == pytest.approx([1, 1])
    assert code_signs([one, other])["code_rank"] == effective_rank(
        np.hstack([one.reshape(4, -1), other.reshape(4, -1)]).T
    )
    assert code_signs([one, other])["code_rank"] > 1.9


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


def test_they_are_means_and_shares_of_what_there_is() -> None:
    x, y = np.array([[0.0], [2.0]]), np.array([[0.0], [4.0]])
    each = {"correlation": np.array([-0.5, 0.5, np.nan, 0.9]), "copying": np.array([0.95, 0.0, 0.85, np.nan])}
    assert signs("to_b", each, Sets(x, y, x, x), {"code_norm": 3.5}) == {
        "to_b_correlation": pytest.approx(0.3),
        "to_b_inverted": pytest.approx(1 / 3),
        "to_b_copying": pytest.approx(0.6),
        "to_b_copied": pytest.approx(1 / 3),
        "to_b_spread": 0.25,
        "to_b_spread_real": 1,
        "to_b_code_norm": 3.5,
    }
    nothing = {name: np.array([np.nan]) for name in each}
    assert signs("to_b", nothing, Sets(x[:1], y, x, x), {}) == {}
