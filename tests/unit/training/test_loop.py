"""The loop: schedule, phases, log, determinism."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from crossnet.methods.base import Method, Phase
from crossnet.training.devices import start
from crossnet.training.schedule import Schedule
from crossnet.training.step import training_only
from tests.support.tiny import METHODS, PAIR, Log, logged_losses, loss_of, method, trained, weights_of
from tests.support.tiny import tiny_batches as batches
from tests.support.tiny import tiny_schedule as schedule


def run(made: Method, schedule_: Schedule, seed: int = 0) -> Log:
    return trained(made, batches(schedule_.batch, seed), schedule_)


@pytest.mark.parametrize(
    ("decay_from", "seen", "factor"),
    [
        *[(0.5, seen, factor) for seen, factor in ((0, 1), (49, 1), (50, 1), (60, 0.8), (75, 0.5), (99, 0.02))],
        *[(0.0, seen, factor) for seen, factor in ((0, 1), (1, 0.99), (50, 0.5), (99, 0.01))],
        *[(1.0, seen, factor) for seen, factor in ((0, 1), (99, 1))],
    ],
)
def test_the_rate_is_constant_then_falls_linearly_to_zero_by_images_seen(
    decay_from: float, seen: int, factor: float
) -> None:
    assert schedule(images=100, batch=1, lr=0.1, decay_from=decay_from).learning_rate(seen) == pytest.approx(
        0.1 * factor
    )


@given(st.integers(1, 10**6), st.integers(1, 64), st.floats(0, 1))
def test_the_rate_never_rises_and_stays_within_its_start_and_zero(images: int, batch: int, decay_from: float) -> None:
    some = schedule(images=images, batch=batch, lr=1.0, decay_from=decay_from)
    assert (some.steps - 1) * batch < images <= some.steps * batch
    rates = [some.learning_rate(step) for step in range(0, some.steps, max(1, some.steps // 50))]
    assert rates[0] == 1
    assert all(1 >= earlier >= later >= 0 for earlier, later in pairwise(rates))


def test_the_rate_goes_by_images_and_not_by_steps() -> None:
    ones, fours = (schedule(images=64, batch=batch) for batch in (1, 4))
    assert [ones.learning_rate(4 * step) for step in range(16)] == [fours.learning_rate(step) for step in range(16)]


@pytest.mark.parametrize("name", METHODS)
def test_the_same_seed_twice_gives_the_same_weights_to_the_bit(name: str) -> None:
    first, again = method(name), method(name)
    logs = [run(made, schedule()) for made in (first, again)]
    assert weights_of(first).keys() == weights_of(again).keys()
    for key, value in weights_of(first).items():
        assert torch.equal(value, weights_of(again)[key])
    for done, row in logs[0].rows.items():
        assert {n: v for n, v in row.items() if n != "images_per_second"} == {
            n: v for n, v in logs[1].rows[done].items() if n != "images_per_second"
        }


def test_another_seed_of_the_batches_gives_other_weights() -> None:
    first, other = method("crossnet"), method("crossnet")
    run(first, schedule())
    run(other, schedule(), seed=1)
    assert not torch.equal(weights_of(first)["T_ab.0.body.0.weight"], weights_of(other)["T_ab.0.body.0.weight"])


@pytest.mark.parametrize("name", [*PAIR, "pix2pix"])  # of the scale's pace
def test_it_is_adam_by_hand_phase_after_phase(name: str) -> None:
    found, wanted, some = method(name), method(name), schedule(images=8, decay_from=0.0)
    run(found, some)
    weights = {phase.name: wanted.parameters_of(phase) for phase in wanted.phases}
    adams = {phase: torch.optim.Adam(params, betas=some.betas, fused=True) for phase, params in weights.items()}
    for step, factor in enumerate((1, 0.75, 0.5, 0.25)):
        for phase in wanted.phases:
            objective, _ = loss_of(phase, *batches()[step])
            for p, gradient in zip(
                weights[phase.name], torch.autograd.grad(objective, weights[phase.name]), strict=True
            ):
                p.grad = gradient
            adams[phase.name].param_groups[0]["lr"] = 1e-3 * factor
            adams[phase.name].step()
    for key, value in weights_of(wanted).items():
        if key.endswith("weight"):  # a bias before an instance norm has no gradient but rounding
            torch.testing.assert_close(weights_of(found)[key], value, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", METHODS)
def test_it_trains_every_network(name: str) -> None:
    made = method(name)
    before = weights_of(made)
    run(made, schedule(images=10))
    after = weights_of(made)
    changed = {key.split(".")[0] for key in before if not torch.equal(before[key], after[key])}
    assert changed == set(made.networks)


def test_without_the_adversarial_term_the_discriminators_stay_as_they_began() -> None:
    made = method("crossnet", gan=0)
    before = weights_of(made)
    run(made, schedule(images=4))
    after = weights_of(made)
    changed = {key.split(".")[0] for key in before if not torch.equal(before[key], after[key])}
    assert changed == set(made.networks) - {"Q_a", "Q_b"}


def test_the_log_has_every_term_every_few_steps_and_at_the_end() -> None:
    log = run(method("crossnet"), schedule(images=10, log_every=2))
    assert log.images == [1, 2, 3, 4, 5]
    assert list(log.rows) == [2, 4, 5]
    named = logged_losses("crossnet") | {"code_norm/z_a", "code_norm/z_b", "learning_rate"}
    assert all(set(row) - {"images_per_second"} == named for row in log.rows.values())


def test_a_probe_is_read_before_the_first_step_and_whenever_the_log_is() -> None:
    seen: list[int] = []

    def probe() -> dict[str, float]:
        seen.append(len(seen))
        return {"code_rank/z_a": float(len(seen))}

    log = trained(method("crossnet"), batches(2, 0), schedule(images=8, log_every=2), code_ranks=probe)
    assert {done: row.get("code_rank/z_a") for done, row in log.rows.items()} == {0: 1.0, 2: 2.0, 4: 3.0}


def test_a_term_without_weight_is_not_logged() -> None:
    log = run(method("crossnet", zcyc=0), schedule(images=2))
    assert "loss/zcyc" not in log.rows[1]
    assert "loss/zid" in log.rows[1]


def test_what_is_logged_is_the_mean_since_the_last_time() -> None:
    each, some = (run(method("cyclegan"), schedule(images=10, log_every=every)).rows for every in (1, 3))
    for done, last in ((3, 0), (5, 3)):
        for name in ("loss/gan", "loss/cycle", "loss/disc_a"):
            mean = sum(each[step][name] for step in range(last + 1, done + 1)) / (done - last)
            assert some[done][name] == pytest.approx(mean, rel=1e-5)


def test_the_logged_rate_follows_the_schedule_and_decides_the_update() -> None:
    log = run(method("crossnet"), schedule(images=8, decay_from=0.25, log_every=1))
    rates = [row["learning_rate"] for row in log.rows.values()]
    assert rates == pytest.approx([1e-3, 1e-3, 1e-3 * 4 / 6, 1e-3 * 2 / 6])
    made = method("crossnet")
    before = weights_of(made)
    run(made, schedule(images=2, lr=1e-3))
    step = (weights_of(made)["E_ab.0.weight"] - before["E_ab.0.weight"]).abs()
    assert step.max() == pytest.approx(1e-3, rel=1e-2)  # Adam's first step is the rate, whatever the gradient


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_one_line() -> None:
    with pytest.raises(RuntimeError, match=r"^training.accelerator: cuda is asked for, but there is only cpu[^\n]*$"):
        start("cuda", 1, 1, "32-true")


def test_only_a_phase_gathers_gradients_and_all_do_again_after_it() -> None:
    made = method("crossnet")
    phase = Phase("half", ("E_ab", "Q_b"), lambda x_a, x_b: (x_a.sum(), {}))

    def trained() -> Iterator[str]:
        return (name for name, network in made.networks.items() for p in network.parameters() if p.requires_grad)

    with training_only(made, phase):
        assert set(trained()) == {"E_ab", "Q_b"}
    assert set(trained()) == set(made.networks)


def test_a_phase_may_be_due_now_and_then() -> None:
    phase = Phase("rare", (), lambda x_a, x_b: (x_a.sum(), {}), every=3)
    assert [step for step in range(7) if phase.due(step, 7)] == [0, 3, 6]
    assert phase.share == pytest.approx(1 / 3)
    others = replace(phase, turns=(1, 2))
    assert [step for step in range(7) if others.due(step, 7)] == [1, 2, 4, 5]
    assert others.share == pytest.approx(2 / 3)


def test_a_phase_may_begin_and_end() -> None:
    early, late = (
        Phase("half", (), lambda x_a, x_b: (x_a.sum(), {}), **when) for when in ({"until": 0.3}, {"since": 0.3})
    )
    assert [step for step in range(10) if early.due(step, 10)] == [0, 1, 2]
    assert [step for step in range(10) if late.due(step, 10)] == [3, 4, 5, 6, 7, 8, 9]
    assert early.share + late.share == 1


def test_a_schedule_may_halve_the_rate_and_have_a_factor_of_the_method() -> None:
    some = schedule(images=12, batch=1, lr=1.0, decay_from=1.0, halvings=2, rate=0.5)
    assert [some.learning_rate(step) for step in range(12)] == [0.5] * 4 + [0.25] * 4 + [0.125] * 4


def test_a_phase_that_is_not_due_is_left_out() -> None:
    made, called = method("crossnet", gan=0), []

    def terms(x_a: Tensor, x_b: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        called.append(True)
        return made.networks["E_ab"](x_a).square().sum(), {}

    made.phases = (*made.phases, Phase("rare", ("E_ab",), terms, every=2))
    run(made, schedule(images=10))
    assert len(called) == 3
