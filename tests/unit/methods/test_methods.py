"""What every method keeps to, whatever its losses."""

from collections import Counter
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import crossnet.methods
from crossnet.engine.executor import BatchedExecutor
from crossnet.engine.threads import ThreadExecutor
from crossnet.methods.base import Domain, Method, load
from crossnet.methods.graph import reference
from crossnet.training.optimizers import make_optimizers
from crossnet.training.step import training_only
from tests.support.tiny import (
    IMAGE_POOL,
    METHODS,
    NETWORKS,
    PAIR,
    WEIGHTS,
    StopAt,
    Stopped,
    images,
    logged_losses,
    loss_of,
    method,
    pools_of,
    tiny_batches,
    tiny_schedule,
    trained,
    weights_of,
)

EVERY_METHOD = pytest.mark.parametrize("name", METHODS)
EVERY_PAIR = pytest.mark.parametrize("name", PAIR)
GENERATORS = ("E_ab", "E_ba", "D_a", "D_b")


def poison(network: nn.Module) -> None:
    """Make a network raise when it is called."""

    def raises(*_: object) -> None:
        raise AssertionError("called")

    network.register_forward_pre_hook(raises)


def inputs_counted(made: Method) -> tuple[Counter[str], Counter[str]]:
    """Calls of each network, and images or codes that went in, from now on."""
    calls, samples = Counter[str](), Counter[str]()
    for name, network in made.networks.items():

        def count(_: nn.Module, given: tuple[Tensor, ...], name: str = name) -> None:
            calls[name] += 1
            samples[name] += len(given[0])

        network.register_forward_pre_hook(count)
    return calls, samples


def parameters_of(made: Method) -> dict[str, Tensor]:
    """A copy of every weight, without the statistics of batch norm."""
    return {f"{name}.{key}": p.detach().clone() for name, n in made.networks.items() for key, p in n.named_parameters()}


def step(made: Method) -> dict[str, Tensor]:
    """Every phase's objective once, with gradients and without an update."""
    logged = {}
    for phase in made.phases:
        with training_only(made, phase):
            total, terms = loss_of(phase, images(1), images(2))
            total.backward()
        logged |= terms
    return logged


def test_every_method_has_its_tests_here() -> None:
    files = Path(crossnet.methods.__path__[0]).glob("*.py")
    assert {file.stem for file in files if "\nMETHOD = " in file.read_text()} == {*METHODS, "grabcut"}


@EVERY_METHOD
def test_it_is_final(name: str) -> None:
    assert getattr(load(name), "__final__", False)


@EVERY_METHOD
def test_a_seed_gives_its_weights_and_another_one_others(name: str) -> None:
    first, again, other = (weights_of(method(name, seed)) for seed in (5, 5, 6))
    drawn = [key for key, value in first.items() if value.dim() > 1]
    assert all(torch.equal(first[key], again[key]) for key in first)
    same = [key for key in drawn if torch.equal(first[key], other[key])]
    assert all((first[key] == 1).all() for key in same), "but scales of norms"
    assert len(same) < len(drawn) / 2


@EVERY_PAIR
def test_its_networks_start_with_weights_of_their_own(name: str) -> None:
    made = weights_of(method(name))
    for one, other in (("E_ab", "E_ba"), ("D_a", "D_b"), ("Q_a", "Q_b")):
        assert not torch.equal(made[f"{one}.0.weight"], made[f"{other}.0.weight"])


@EVERY_PAIR
@pytest.mark.parametrize("to", ["a", "b"])
def test_a_translation_is_encoder_then_decoder_and_calls_nothing_else(name: str, to: str) -> None:
    made = method(name)
    encoder, decoder = {"b": ("E_ab", "D_b"), "a": ("E_ba", "D_a")}[to]
    for other in made.networks.keys() - {encoder, decoder}:
        poison(made.networks[other])
    x = images(0, size=24)
    wanted = made.networks[decoder](made.networks[encoder](x))
    assert torch.equal(made.translate(x, "a" if to == "a" else "b"), wanted)
    assert set(made.translates_with) == set(GENERATORS)


@EVERY_METHOD
def test_a_phase_trains_its_own_networks_and_no_other(name: str) -> None:
    made = method(name)
    adams = make_optimizers(made, 0.1, (0.5, 0.999))
    for phase in made.phases:
        before = parameters_of(made)
        with training_only(made, phase):
            loss_of(phase, images(1), images(2))[0].backward()
        assert {n for n, net in made.networks.items() if any(p.grad is not None for p in net.parameters())} == set(
            phase.networks
        )
        adams[phase.optimizer].step()
        after = parameters_of(made)
        assert {key.split(".")[0] for key in after if not torch.equal(after[key], before[key])} == set(phase.networks)
        adams[phase.optimizer].zero_grad()


@EVERY_METHOD
def test_all_executors_give_the_same_gradients(name: str) -> None:
    found = []
    for executor in (reference, BatchedExecutor(), ThreadExecutor(2)):
        made = method(name, dtype=torch.float64, executor=executor)
        x_a, x_b = images(1, dtype=torch.float64), images(2, dtype=torch.float64)
        found.append([])
        for phase in made.phases:
            with training_only(made, phase):
                loss_of(phase, x_a, x_b)[0].backward()
            found[-1] += [p.grad for p in made.parameters_of(phase) if p.grad is not None]
    assert len(found[0]) == len(found[1]) == len(found[2]) > 0
    for wanted, *others in zip(*found, strict=True):
        for other in others:
            torch.testing.assert_close(other, wanted, rtol=1e-7, atol=1e-8)


@EVERY_METHOD
def test_a_training_that_was_killed_goes_on_to_the_bit(name: str, tmp_path: Path) -> None:
    plan = tiny_schedule(images=16, log_every=3, ema_decay=0.9)
    whole, before, after = method(name), method(name), method(name)
    rows = trained(whole, tiny_batches(), plan).rows
    with pytest.raises(Stopped):
        trained(before, StopAt(5), plan, tmp_path, every_seconds=0)
    again = trained(after, tiny_batches(), plan, tmp_path, every_seconds=0).rows
    for key, value in (weights_of(whole) | pools_of(whole)).items():
        assert torch.equal((weights_of(after) | pools_of(after))[key], value), key
    for row in (rows[8], again[8]):
        row.pop("images_per_second")
    assert again[8] == rows[8]


@pytest.mark.parametrize(("name", "to"), [(name, to) for name in METHODS for to in load(name).directions])
def test_it_translates_images_of_any_batch_each_by_itself(name: str, to: Domain) -> None:
    made = method(name, dtype=torch.float64).eval()
    x = images(3, count=3, dtype=torch.float64)
    together = made.translate(x, to)
    assert together.shape == x.shape
    assert together.abs().max() <= 1
    for place in range(3):
        torch.testing.assert_close(made.translate(x[place : place + 1], to), together[place : place + 1])
    for other in made.networks.keys() - set(made.translates_with):
        poison(made.networks[other])
    assert torch.equal(made.translate(x, to), together)


@EVERY_METHOD
def test_it_says_how_it_encodes(name: str) -> None:
    made, x = method(name).eval(), images(3)
    for to in ("a", "b"):
        codes = made.encode(x, to)
        assert codes is None or (codes.shape[0] == len(x) and codes.dim() == 4)


@EVERY_PAIR
def test_its_phases_train_every_network_once(name: str) -> None:
    made = method(name)
    assert Counter(n for phase in made.phases for n in phase.networks) == Counter(list(made.networks))


@EVERY_PAIR
def test_the_log_has_the_terms_the_discriminators_and_the_codes(name: str) -> None:
    logged = step(method(name))
    assert set(logged) == logged_losses(name) | {"code_norm/z_a", "code_norm/z_b"}


@EVERY_PAIR
def test_without_the_adversarial_term_no_discriminator_is_touched(name: str) -> None:
    made = method(name, gan=0)
    for side in ("Q_a", "Q_b"):
        poison(made.networks[side])
    logged = step(made)
    assert [phase.name for phase in made.phases] == ["generators"]
    assert not {"loss/gan", "loss/disc_a", "loss/disc_b"} & set(logged)
    assert all(p.grad is None for side in ("Q_a", "Q_b") for p in made.networks[side].parameters())


@pytest.mark.parametrize(
    ("name", "weights", "inputs"),
    [
        ("crossnet", {}, {"E": 4, "D": 6, "T": 6, "Q": 2}),
        ("crossnet", {"zcyc": 0}, {"E": 4, "D": 6, "T": 4, "Q": 2}),
        ("crossnet", {"zid": 0}, {"E": 4, "D": 4, "T": 6, "Q": 2}),
        ("crossnet", {"ctc": 0}, {"E": 4, "D": 6, "T": 4, "Q": 2}),
        ("crossnet", {"id": 0}, {"E": 4, "D": 4, "T": 6, "Q": 2}),
        ("crossnet", {"gan": 0}, {"E": 4, "D": 4, "T": 6}),
        ("crossnet", {"ctc": 0, "zid": 0, "zcyc": 0}, {"E": 4, "D": 4, "Q": 2}),
        ("crossnet", {"gan": 0, "ctc": 0, "zid": 0, "zcyc": 0}, {"E": 2, "D": 2}),
        ("crossnet", {"gan": 0, "id": 0, "ctc": 0, "zid": 0}, {"E": 2, "T": 4}),
        ("cyclegan", {}, {"E": 6, "D": 6, "Q": 2}),
        ("cyclegan", {"identity": 0}, {"E": 4, "D": 4, "Q": 2}),
        ("cyclegan", {"cycle": 0}, {"E": 4, "D": 4, "Q": 2}),
    ],
)
def test_a_weight_of_zero_is_a_term_that_is_not_computed(
    name: str, weights: dict[str, float], inputs: dict[str, int]
) -> None:
    made = method(name, **weights)
    _, samples = inputs_counted(made)
    _, logged = loss_of(made.phases[0], images(1, count=3), images(2, count=3))
    by_kind = Counter[str]()
    for network, count in samples.items():
        by_kind[network[0]] += count
    assert by_kind == Counter({kind: 3 * count for kind, count in inputs.items()})
    assert not {f"loss/{term}" for term in weights} & set(logged)


@pytest.mark.parametrize(("name", "most"), [("crossnet", 9), ("cyclegan", 9)])
def test_the_full_objective_encodes_each_batch_in_few_calls(name: str, most: int) -> None:
    made = method(name)
    calls, samples = inputs_counted(made)
    loss_of(made.phases[0], images(1, count=1), images(2, count=1))
    assert sum(calls.values()) <= most < sum(samples.values())


def test_cyclegan_has_no_translators_and_the_generators_of_crossnet() -> None:
    crossnet_, cyclegan = (method(name).networks for name in PAIR)
    assert set(crossnet_) - set(cyclegan) == {"T_ab", "T_ba"}
    for name, network in cyclegan.items():
        assert str(network) == str(crossnet_[name])


@EVERY_METHOD
def test_an_unknown_network_size_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="depth"):
        load(name)(NETWORKS | {"depth": 3}, WEIGHTS[name], {"size": 1, "reuse_probability": 0}, seed=0)


@EVERY_METHOD
@pytest.mark.parametrize("shared", [False, True])
def test_both_generators_begin_with_the_same_weights_where_that_is_wanted(name: str, shared: bool) -> None:
    pool, shape = IMAGE_POOL, NETWORKS | {"shared_init": shared}
    made = load(name)(shape, WEIGHTS[name], pool, seed=0, size=32)
    alike = {
        (one, other): all(torch.equal(x, y) for x, y in zip(*(n.parameters() for n in pair), strict=True))
        for (one, other) in made.alike
        for pair in [(made.networks[one], made.networks[other])]
    }
    assert alike == dict.fromkeys(made.alike, shared)
