"""params.yaml, read strictly: an unknown or missing key, a wrong type or a value out of range is a one-line error.

Only stages and the command line import this; everything below them is handed plain values.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from crossnet.data.base import Images
from crossnet.params.methods import PAPER, declared, methods_block, top_level_weights
from crossnet.params.reading import ParamsError as ParamsError
from crossnet.params.reading import describe, read_yaml
from crossnet.params.tasks import Task
from crossnet.schema import Block, Directions, Name, Positive, Seed, Share

Width = Annotated[int, Field(ge=1, le=1024)]
Blocks = Annotated[int, Field(ge=0, le=100)]
MOST_WEIGHTS = 2 * 10**9  # 8 GB as float32, and 32 GB to train with Adam; the paper's networks have 50 million


class Networks(Block):
    width: Width
    encoder_blocks: Blocks
    translator_blocks: Blocks
    discriminator_width: Width
    discriminator_layers: Annotated[int, Field(ge=1, le=6)]
    norm: Literal["instance", "layer"]
    shared_init: bool

    @model_validator(mode="after")
    def _can_be_built(self) -> "Networks":
        """Count the weights of the two directions by their largest convolutions."""
        generator = 288 * self.width**2 * (self.encoder_blocks + self.translator_blocks)
        discriminator = 32 * self.discriminator_width**2 * (4**self.discriminator_layers - 1) // 3
        if (weights := 2 * (generator + discriminator)) > MOST_WEIGHTS:
            raise ValueError(
                f"networks of {weights / 1e9:.1f} billion weights, more than {MOST_WEIGHTS / 1e9:.0f} billion; "
                "lower width, discriminator_width or the numbers of blocks"
            )
        return self


class ImagePool(Block):
    """Past translations for the discriminators: how many are kept, and how often one replaces a new one."""

    size: Annotated[int, Field(ge=0, le=100_000)]
    reuse_probability: Share


def _duration(text: str) -> str:
    if not re.fullmatch(r"[1-9]\d{0,11} (epochs|images)", text):
        raise ValueError(f"{text!r} is no duration, such as 200 epochs, or 9600 images")
    return text


class Training(Block):
    duration: Annotated[str, AfterValidator(_duration)]
    decay_from: Share
    ema_decay: Annotated[float, Field(ge=0, lt=1)]
    batch: Annotated[int, Field(ge=1, le=100_000)]
    lr: Annotated[float, Field(gt=0, le=1)]
    beta1: Annotated[float, Field(ge=0, lt=1)]
    beta2: Annotated[float, Field(ge=0, lt=1)]
    flip: bool
    image_pool: ImagePool
    log_every: Positive
    grid_every: Positive
    accelerator: Literal["cpu", "cuda", "mps", "auto"]
    devices: Annotated[int, Field(ge=1, le=1024)]
    nodes: Annotated[int, Field(ge=1, le=10_000)]
    precision: Literal["32-true", "tf32", "bf16-mixed"]
    cuda_graphs: bool
    compile: bool

    @property
    def betas(self) -> tuple[float, float]:
        """Adam's."""
        return self.beta1, self.beta2

    @property
    def schedule(self) -> dict[str, Any]:
        """Arguments of `crossnet.training.schedule.Schedule` but its images and its batch."""
        names = ("lr", "decay_from", "ema_decay", "log_every", "grid_every")
        return {name: getattr(self, name) for name in names} | {"betas": self.betas}

    def plan(self, epoch: int, batch: int) -> dict[str, Any]:
        """All arguments of `Schedule`, where an epoch has `epoch` images a side, and a step `batch`."""
        return {"images": self.images(epoch), "batch": batch} | self.schedule

    def images(self, epoch: int) -> int:
        """Images a side that the duration comes to, where an epoch has `epoch` of them."""
        count, unit = self.duration.split()
        return int(count) * (epoch if unit == "epochs" else 1)


class Scale(Block):
    images: Images
    networks: Networks
    training: Training

    @model_validator(mode="after")
    def _discriminator_fits(self) -> "Scale":
        smallest = 3 * 2**self.networks.discriminator_layers
        if self.images.size < smallest:
            layers = f"discriminator_layers {self.networks.discriminator_layers}"
            raise ValueError(
                f"{layers} leaves no patch of size {self.images.size}; wanted a size of {smallest} or more"
            )
        return self


class Checkpoints(Block):
    every_seconds: Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]
    share: Annotated[float, Field(gt=0, le=1)]
    keep: Annotated[int, Field(ge=1, le=1000)]


Margin = Annotated[float, Field(gt=0, le=10**9, allow_inf_nan=False)]


class Margins(Block):
    """A difference of a metric within ± its margin counts as none."""

    fid: Margin
    kid: Margin
    kid_efflite0: Margin
    auc: Margin
    iou: Margin
    psnr: Margin
    ssim: Margin


class Claims(Block):
    margins: Margins


class _Judged(BaseModel):
    """Of all of params.yaml, what claims are judged by."""

    model_config = ConfigDict(frozen=True, strict=True)
    claims: Claims


Methods = methods_block()
Weights = top_level_weights()


class Params(Weights):  # type: ignore[misc, valid-type]
    """All of params.yaml; `images`, `networks`, `training` and `task_options` are what the named choices select."""

    task: Name
    method: Name
    scale: Name
    seed: Seed
    split: Literal["test", "valid"]
    engine: Literal["auto", "reference"]
    checkpoints: Checkpoints
    claims: Claims
    methods: Methods  # type: ignore[valid-type]
    scales: dict[Name, Scale]
    tasks: dict[Name, Task]

    @model_validator(mode="after")
    def _choices_exist(self) -> "Params":
        for key, names in (("task", self.tasks), ("method", declared()), ("scale", self.scales)):
            if getattr(self, key) not in names:
                raise ValueError(f"{key}: {getattr(self, key)!r} is none of {', '.join(names)}")
        if self.split == "valid" and not self.images.valid and not self.task_options.has_validation_split:
            raise ValueError(
                f"split: valid, but scales.{self.scale}.images.valid is 0, so no image is held back for it; raise "
                "that, or set split to test"
            )
        if declared()[self.method].paired and not self.task_options.pairs:
            with_pairs = ", ".join(name for name, options in self.tasks.items() if options.pairs)
            raise ValueError(
                f"method: {self.method!r} learns from pairs, which the task {self.task} has not; the tasks with pairs "
                f"are {with_pairs}"
            )
        if (losses := declared()[self.method].losses) and not any(self.weights[loss] for loss in losses):
            place = (
                "lambda_gan: all weights of Eq. (5)" if self.method == PAPER else f"methods.{self.method}: all weights"
            )
            raise ValueError(f"{place} are zero: nothing to train; set at least one above 0")
        return self

    @property
    def images(self) -> Images:
        return self.scales[self.scale].images

    @property
    def networks(self) -> Networks:
        return self.scales[self.scale].networks

    @property
    def training(self) -> Training:
        return self.scales[self.scale].training

    @property
    def task_options(self) -> Task:
        return self.tasks[self.task]

    @property
    def weights(self) -> dict[str, Any]:
        """The weights and options of the method that is trained, as its constructor takes them."""
        options: dict[str, Any] = getattr(self.methods, self.method).model_dump()
        if self.method == PAPER:
            losses = declared()[PAPER].losses
            return {loss: _plain(getattr(self, f"lambda_{loss}")) for loss in losses} | options
        return options

    @property
    def setup(self) -> dict[str, Any]:
        """Arguments of the method's constructor: networks, weights, image pool, size of images."""
        blocks = {"networks": self.networks.model_dump(), "image_pool": self.training.image_pool.model_dump()}
        return blocks | {"weights": self.weights, "size": self.images.size}

    def model_description(self, global_batch: int) -> dict[str, Any]:
        """The config.json of a model: what rebuilds it, and what it was trained on."""
        trained = {"task": self.task, "seed": self.seed, "global_batch": global_batch}
        return {"method": self.method} | self.setup | trained

    def effective(self) -> dict[str, Any]:
        """What this run uses, as nested plain values: the chosen blocks and no others."""
        return {
            "task": {"name": self.task} | self.task_options.model_dump(),
            "method": {"name": self.method} | self.weights,
            "scale": {"name": self.scale} | self.scales[self.scale].model_dump(),
            "seed": self.seed,
            "split": self.split,
        }


def _plain(weight: float | Directions) -> float | dict[str, float]:
    """As the method takes it; two equal weights are one."""
    if isinstance(weight, Directions):
        return weight.a if weight.a == weight.b else weight.model_dump()
    return weight


def load_params(path: Path = Path("params.yaml")) -> Params:
    """Read and check a parameter file. Raises ParamsError, one line long."""
    try:
        values = read_yaml(path)
    except OSError as error:
        raise ParamsError(f"{path}: {error.strerror}; run from the root of the repository") from error
    try:
        return Params.model_validate(values)
    except ValidationError as error:
        raise ParamsError(f"{path}: {describe(error.errors())}") from error


def load_margins(values: Mapping[str, Any]) -> dict[str, float]:
    """The margins by which claims are judged, of all of a params.yaml. Raises ParamsError."""
    try:
        return _Judged.model_validate(values).claims.margins.model_dump()
    except ValidationError as error:
        raise ParamsError(f"params.yaml: {describe(error.errors())}") from error


def choose(params: Params, **choices: str) -> Params:
    """The same parameters with another task, method or scale. Raises ParamsError where there is none of that name."""
    try:
        return Params.model_validate(params.model_dump() | choices)
    except ValidationError as error:
        raise ParamsError(f"params.yaml: {describe(error.errors())}") from error
