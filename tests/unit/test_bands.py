"""An image that is translated in bands is the whole's translation, within little memory."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from crossnet import bands, photographs
from crossnet.bands import Rows, StoredRows, Sums, translate_in_bands
from crossnet.methods.base import Method, load
from crossnet.model import place, translate
from crossnet.models.norms import norm
from crossnet.photographs import translate_batch
from tests.support.memory import peak_bytes
from tests.support.tiny import IMAGE_POOL, NETWORKS, WEIGHTS

CPU = torch.device("cpu")


def trained(width: int = 4, blocks: int = 2, kind: str = "instance", seed: int = 0) -> Method:
    """A method whose weights are large, so that translations have many grey levels."""
    shape = NETWORKS | {"width": width, "encoder_blocks": blocks, "norm": kind}
    made = load("crossnet")(shape, WEIGHTS["crossnet"], IMAGE_POOL, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    for network in made.networks.values():
        network.requires_grad_(False).eval()
        for layer in network.modules():
            if isinstance(layer, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
                torch.nn.init.kaiming_normal_(layer.weight, generator=generator)
    return made


def picture(height: int, width: int) -> NDArray[np.uint8]:
    """Squares of random colours, brighter to the right: statistics of its parts differ."""
    squares = np.random.default_rng(0).integers(0, 200, (-(-height // 8), -(-width // 8), 3)).repeat(8, 0).repeat(8, 1)
    ramp = np.linspace(0, 55, width)[None, :, None]
    return (squares[:height, :width] + ramp).astype(np.uint8)


def in_bands(made: Method, rgb: NDArray[np.uint8], to: str = "b") -> NDArray[np.int_]:
    names = ("E_ab", "D_b") if to == "b" else ("E_ba", "D_a")
    encoder, decoder = (made.networks[name] for name in names)
    return translate_in_bands(encoder, decoder, rgb, CPU).astype(int)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["instance", "layer"])
@pytest.mark.parametrize("values", [1, 3000, 10**9], ids=["a row each", "some rows each", "one band"])
@pytest.mark.parametrize("size", [(8, 8), (8, 40), (40, 8), (52, 36)])
def test_bands_are_the_whole_to_one_grey_level(
    size: tuple[int, int], values: int, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bands, "BAND_VALUES", values)
    made, rgb = trained(kind=kind), picture(*size)
    for to in ("a", "b"):
        whole = translate(made, rgb[None], "a" if to == "a" else "b")[0].astype(int)
        assert size == (8, 8) or whole.std() > 20
        assert abs(in_bands(made, rgb, to) - whole).max() <= 1


def test_bands_in_a_file_are_those_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    made, rgb = trained(), picture(48, 64)
    wanted = in_bands(made, rgb)
    monkeypatch.setattr(bands, "BAND_VALUES", 2000)
    for room in (0, 4 * 16 * 12 * 16):  # of neither, of one of both
        monkeypatch.setattr(bands, "MEMORY", room)
        assert abs(in_bands(made, rgb) - wanted).max() <= 1


def test_tiles_that_are_translated_on_their_own_are_not_the_whole() -> None:
    """What bands are for: each tile has statistics of its own."""
    made, rgb = trained(), picture(64, 64)
    whole = translate(made, rgb[None], "b")[0].astype(int)
    tile = translate(made, rgb[None, :, 32:], "b")[0].astype(int)
    assert abs(whole[:, 32:] - tile)[16:48, 8:24].mean() > 8


@pytest.mark.parametrize("size", [(64, 72), (61, 70)])
def test_a_large_image_is_translated_in_bands_and_a_small_one_as_a_whole(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, rgb = trained(), picture(*size)
    place(made, CPU)
    whole = translate_batch(made, [rgb, rgb], "b")
    called = []
    monkeypatch.setitem(photographs.WHOLE_VALUES, "cpu", 4 * 64 * 72 - 1)  # type: ignore[misc]
    monkeypatch.setattr(
        photographs, "translate_in_bands", lambda *given: called.append(given) or translate_in_bands(*given)
    )
    made_in_bands = translate_batch(made, [rgb, rgb], "b")
    assert len(called) == 2
    assert [each.shape for each in made_in_bands] == [(*size, 3)] * 2
    assert abs(made_in_bands[0].astype(int) - whole[0]).max() <= 1


def test_progress_is_told_band_by_band(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BAND_VALUES", 2000)
    made, totals, done = trained(), list[int](), list[int]()

    def shown(total: int) -> Any:
        totals.append(total)
        return lambda: done.append(1)

    translate_in_bands(made.networks["E_ab"], made.networks["D_b"], picture(40, 48), CPU, shown)  # type: ignore[arg-type]
    assert totals == [len(done)]
    assert len(done) > 20


def test_memory_does_not_grow_with_the_image(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of twice the height, what is translated takes the image's own bytes more, and a tenth of its first layer's."""
    monkeypatch.setattr(bands, "BAND_VALUES", 2**17)
    monkeypatch.setattr(bands, "MEMORY", 0)
    made, images = trained(width=16, blocks=1), [picture(height, 512) for height in (512, 1024)]
    in_bands(made, images[0])
    short, tall = (peak_bytes(lambda rgb=rgb: in_bands(made, rgb)) for rgb in images)  # type: ignore[misc]
    assert tall - short < 0.1 * 4 * 16 * 512 * 512 + 20 * images[0].size


def test_a_full_disk_is_an_error_of_the_system() -> None:
    class Full:
        def seek(self, offset: int) -> None:
            pass

        def write(self, content: memoryview) -> int:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        StoredRows(2, 4, 4, CPU, Full()).write(0, torch.zeros(1, 2, 4, 4))


class Given(Rows):
    def __init__(self, values: torch.Tensor) -> None:
        super().__init__(*values.shape[1:])
        self._values = values

    def rows(self, top: int, bottom: int) -> torch.Tensor:
        return self._values[:, :, top:bottom]


@pytest.mark.parametrize("kind", ["instance", "layer"])
def test_statistics_over_bands_are_those_of_torchs_norm(kind: Any) -> None:
    values = torch.randn(1, 6, 30, 7, generator=torch.Generator().manual_seed(0)) * 3 + 1000
    sums, layer = Sums(), norm(6, kind)
    for top, bottom in ((0, 1), (1, 17), (17, 30)):
        sums.add(Given(values).rows(top, bottom))
    mean, scale = sums.statistics(layer)
    wanted = layer(values.double()).float()
    assert torch.allclose((values - mean) * scale, wanted, atol=1e-3)


def test_bands_cover_all_rows_and_are_as_even_as_they_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bands, "BAND_VALUES", 4 * 2 * 3)
    assert Given(torch.zeros(1, 2, 10, 3)).bands() == [(0, 3), (3, 6), (6, 10)]
    assert Given(torch.zeros(1, 20, 3, 30)).bands() == [(0, 1), (1, 2), (2, 3)]


def test_no_file_is_left(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(bands, "MEMORY", 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    in_bands(trained(), picture(24, 24))
    assert list(tmp_path.iterdir()) == []
