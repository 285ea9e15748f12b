"""The Python API: load a trained model, translate images, cut objects out of them, and compute codes (docs/api.md).

Heavy imports wait until a model is loaded.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self, overload

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from crossnet.hub import CARD, PREFIX, HubError, HubMixin, download, hub_errors, parse
from crossnet.model_folder import local_folder, no_model

if TYPE_CHECKING:
    import torch

    from crossnet.methods.base import Method

Domain = Literal["a", "b"]
Picture = Image.Image
Array = NDArray[Any]
Codes = NDArray[np.float32]


class CrossNet(HubMixin, library_name="crossnet", pipeline_tag="image-to-image", tags=["image-to-image", "crossnet"]):
    """A trained model, of any method of this project.

    Images are PIL images of any mode, or uint8 arrays (H, W, 3) or (H, W, 4), RGB or RGBA; several of one size may be
    an array (N, H, W, 3) or (N, H, W, 4), and any others a sequence. What comes back has the type of what was given.

    Attributes:
        config: config.json of the model: `method`, `networks`, `task`, `size` of the training images, and more.
        card: the model card, Markdown; empty if the model has none.
        size: the shorter side in pixels that larger images are reduced to by default, twice that of the training
            images; 0 if that is unknown.
    """

    def __init__(self, method: "Method", config: Mapping[str, Any], device: str = "auto", card: str = "") -> None:
        """Take a method in evaluation mode and its config, as `crossnet.model.load_model` returns them.

        device: cpu, cuda, mps, or auto, which is a GPU if the machine has one. Raises RuntimeError for one that the
        machine lacks.
        """
        from crossnet.accelerator import device_for
        from crossnet.model import place
        from crossnet.photographs import usual_side

        place(method, device_for(device, "device"))
        self.method, self.config, self.card = method, dict(config), card
        self.size = usual_side(config)

    @classmethod
    def from_pretrained(  # type: ignore[override]  # without keywords of any name
        cls,
        pretrained_model_name_or_path: str | Path,
        *,
        device: str = "auto",
        revision: str | None = None,
        token: str | bool | None = None,
        cache_dir: str | Path | None = None,
        force_download: bool = False,
        local_files_only: bool = False,
    ) -> Self:
        """Load a model.

        Args:
            pretrained_model_name_or_path: a folder, such as data/model; the name of a model that comes with the
                package, such as horse2zebra; or a repository of the Hugging Face Hub, OWNER/NAME or
                hub:OWNER/NAME@REVISION (needs the extra `hub`).
            device: cpu, cuda, mps, or auto, which is a GPU if the machine has one.
            revision: a branch, tag or commit of the repository; for the Hub alone.
            token, cache_dir, force_download, local_files_only: for the Hub, as those of
                `huggingface_hub.hf_hub_download`.

        Raises:
            ValueError: no such folder, name or repository, or no usable model in it.
            RuntimeError: the machine has no such device.
        """
        name = pretrained_model_name_or_path
        folder = local_folder(name)
        if folder is not None:
            return cls._load(folder, device)
        if "/" not in str(name):
            raise no_model(str(name))
        repo, at = parse(str(name))
        try:
            with hub_errors(repo):
                loaded: Self = super().from_pretrained(
                    repo,
                    revision=revision or at,
                    token=token,
                    cache_dir=cache_dir,
                    force_download=force_download,
                    local_files_only=local_files_only,
                    device=device,
                )
        except HubError as error:
            if str(name).startswith(PREFIX):
                raise
            raise HubError(f"{name}: no such folder or pretrained model; {error}") from error
        return loaded

    @classmethod
    def _from_pretrained(
        cls,
        *,
        model_id: str,
        revision: str | None,
        cache_dir: str | Path | None,
        force_download: bool,
        local_files_only: bool,
        token: str | bool | None,
        device: str = "auto",
        **_: Any,  # values of config.json, which load_model reads itself
    ) -> Self:
        folder = download(
            model_id,
            revision,
            token=token,
            cache_dir=cache_dir,
            force_download=force_download,
            local_files_only=local_files_only,
        )
        return cls._load(folder, device)

    @classmethod
    def _load(cls, folder: Path, device: str) -> Self:
        from crossnet.model import load_model

        method, config = load_model(folder)
        card = folder / CARD
        return cls(method, config, device, card.read_text(encoding="utf-8") if card.is_file() else "")

    def _save_pretrained(self, save_directory: Path) -> None:
        """Write config.json, model.safetensors and, if the model has one, its card, README.md: all or none."""
        from crossnet.files import write_all_atomically
        from crossnet.model import shared_model

        files = shared_model(self.method, self.config) | ({CARD: self.card} if self.card else {})
        write_all_atomically({save_directory / name: content for name, content in files.items()})

    @property
    def device(self) -> "torch.device":
        """Where the model computes."""
        return self.method.device

    @overload
    def translate(self, images: Picture, to: Domain, *, size: int | None = None) -> Picture: ...
    @overload
    def translate(self, images: Array, to: Domain, *, size: int | None = None) -> NDArray[np.uint8]: ...
    @overload
    def translate(
        self, images: Sequence[Picture | Array], to: Domain, *, size: int | None = None
    ) -> list[Picture | NDArray[np.uint8]]: ...

    def translate(self, images: Any, to: Domain, *, size: int | None = None) -> Any:
        """Translate images to a domain; an alpha channel is kept.

        Args:
            images: see the class.
            to: "b" translates images of A, "a" those of B.
            size: the shorter side in pixels that larger images are reduced to first. By default `self.size`; 0 keeps
                every image's own size.

        Raises:
            TypeError, ValueError: images of another type, shape or kind of values; no such domain, or one that the
                model does not translate to; a negative size.
            RuntimeError: too little memory.
        """
        batch = _Batch(images, self._side(size))
        made = self._translated(batch.rgb, to)
        return batch.like_given([_with_alpha(rgb, alpha) for rgb, alpha in zip(made, batch.alpha, strict=True)])

    @overload
    def cutout(
        self,
        images: Picture,
        to: Domain = "b",
        *,
        threshold: float = 243,
        islands: float = 0,
        holes: float = 0,
        soft: bool = False,
        size: int | None = None,
    ) -> Picture: ...
    @overload
    def cutout(
        self,
        images: Array,
        to: Domain = "b",
        *,
        threshold: float = 243,
        islands: float = 0,
        holes: float = 0,
        soft: bool = False,
        size: int | None = None,
    ) -> NDArray[np.uint8]: ...
    @overload
    def cutout(
        self,
        images: Sequence[Picture | Array],
        to: Domain = "b",
        *,
        threshold: float = 243,
        islands: float = 0,
        holes: float = 0,
        soft: bool = False,
        size: int | None = None,
    ) -> list[Picture | NDArray[np.uint8]]: ...

    def cutout(
        self,
        images: Any,
        to: Domain = "b",
        *,
        threshold: float = 243,
        islands: float = 0,
        holes: float = 0,
        soft: bool = False,
        size: int | None = None,
    ) -> Any:
        """Cut objects out: RGBA images of the given sizes, in their own colours, transparent around the object (§5.3).

        Args:
            images: see the class; the model translates them to a domain on white.
            to: the domain on white.
            threshold: foreground is where the luminance of the translation is at most this, in [0, 255].
            islands, holes: connected parts of the foreground, and of the background within it, up to this share of the
                image, in [0, 1], are removed; 0 removes none.
            soft: compute an alpha at the edges by closed-form matting (needs the extra `matting`).
            size: the shorter side in pixels at which larger images are translated. By default `self.size`; 0 is their
                own.

        Raises:
            TypeError, ValueError: as `translate`; a value out of its range.
            ImportError: `soft` without the extra.
        """
        from crossnet.cutout import cut_out

        for name, value, most in (("threshold", threshold, 255), ("islands", islands, 1), ("holes", holes, 1)):
            if not 0 <= value <= most:
                raise ValueError(f"{name}: {value} is not within 0 and {most}")
        batch, whole = _Batch(images, self._side(size)), _Batch(images, 0)
        parts = zip(whole.rgb, self._translated(batch.rgb, to), whole.alpha, strict=True)
        return whole.like_given([cut_out(*each, threshold, islands, holes, soft) for each in parts])

    @overload
    def encode(self, images: Picture, to: Domain, *, size: int | None = None) -> Codes: ...
    @overload
    def encode(self, images: Array, to: Domain, *, size: int | None = None) -> Codes: ...
    @overload
    def encode(self, images: Sequence[Picture | Array], to: Domain, *, size: int | None = None) -> list[Codes]: ...

    def encode(self, images: Any, to: Domain, *, size: int | None = None) -> Any:
        """Compute latent codes, which `translate` decodes: float32 (C, H/4, W/4), H and W rounded up to multiples of 4.

        An array of several images has an array of codes (N, C, H/4, W/4), a sequence a list. Arguments and errors are
        those of `translate`; a model of a method without codes is a ValueError too.
        """
        from crossnet.model import encode

        batch = _Batch(images, self._side(size))
        domain = self._domain(to)
        found = [encode(self.method, rgb[None], domain) for rgb in batch.rgb]
        codes = [code[0] for code in found if code is not None]
        if len(codes) < len(found):
            raise ValueError("this model's method has no codes")
        if batch.is_one:
            return codes[0]
        return np.stack(codes) if batch.is_array else codes

    def _domain(self, to: str) -> Domain:
        from crossnet.model import refuse_other_direction

        if to not in ("a", "b"):
            raise ValueError(f"to: {to!r} is none of 'a', 'b'")
        domain: Domain = "a" if to == "a" else "b"
        refuse_other_direction(self.method, domain)
        return domain

    def _side(self, size: int | None) -> int:
        if size is None:
            return self.size
        if isinstance(size, bool) or not isinstance(size, int):
            raise TypeError(f"size: {size!r} is no whole number")
        if size < 0:
            raise ValueError(f"size: {size} is negative")
        return size

    def _translated(self, images: Sequence[NDArray[np.uint8]], to: Domain) -> list[NDArray[np.uint8]]:
        """Translate (H, W, 3) images of any sizes, in batches, in their order."""
        from crossnet.model import batch_pixels
        from crossnet.photographs import translate_batch
        from crossnet.translation import by_size

        domain = self._domain(to)
        made: dict[int, NDArray[np.uint8]] = {}
        for batch in by_size(enumerate(images), batch_pixels(self.method)):
            keys = [key for key, _ in batch]
            made |= dict(zip(keys, translate_batch(self.method, [rgb for _, rgb in batch], domain), strict=True))
        return [made[key] for key in range(len(images))]


class _Batch:
    """Images as a caller gives them: RGB arrays and alpha channels, reduced to a shorter side unless that is 0."""

    def __init__(self, images: Any, side: int) -> None:
        from crossnet.photographs import reduced, split_alpha

        self.is_array = isinstance(images, np.ndarray)
        if self.is_array and images.ndim != 4:
            _picture(images)
        self.is_one = isinstance(images, Image.Image) or (self.is_array and images.ndim == 3)
        if not (self.is_one or self.is_array or isinstance(images, Sequence)):
            raise TypeError(f"images: {type(images).__name__} is neither a PIL image, an array nor a sequence of them")
        self.given = [images] if self.is_one else list(images)
        self.rgb, self.alpha = [], []
        for image in self.given:
            rgb, alpha = split_alpha(image if isinstance(image, Image.Image) else _picture(image))
            self.rgb.append(np.asarray(reduced(rgb, side)))
            self.alpha.append(None if alpha is None else np.asarray(reduced(alpha, side)))

    def like_given(self, made: list[NDArray[np.uint8]]) -> Any:
        """Return (H, W, 3) or (H, W, 4) arrays in the type and the number of what was given."""
        alike: list[Any] = [
            Image.fromarray(new) if isinstance(old, Image.Image) else new
            for new, old in zip(made, self.given, strict=True)
        ]
        if self.is_one:
            return alike[0]
        return np.stack(alike) if self.is_array else alike


def _picture(array: Any) -> Image.Image:
    if not isinstance(array, np.ndarray):
        raise TypeError(f"images: {type(array).__name__} is neither a PIL image nor an array")
    if array.dtype != np.uint8 or array.ndim != 3 or array.shape[2] not in (3, 4) or not array.size:
        raise ValueError(f"images: {array.dtype} {array.shape} is not uint8 (H, W, 3) or (H, W, 4)")
    return Image.fromarray(array)


def _with_alpha(rgb: NDArray[np.uint8], alpha: NDArray[np.uint8] | None) -> NDArray[np.uint8]:
    return rgb if alpha is None else np.dstack([rgb, alpha])
