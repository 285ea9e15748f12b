"""The script for a GPU, tried on a processor."""

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.gpu import Mode, main


def test_every_precision_and_layout_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    main("cpu", "smoke", 1, mode=[Mode.EAGER], kernels=2)
    lines = capsys.readouterr().out.splitlines()[1:]
    cases = [line.split(": ")[0] for line in lines if " ms a step, " in line]
    assert len(cases) == len(set(cases)) == 6
    assert len([line for line in lines if line.startswith("  ")]) == 12


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--mode", "compile-graph"], "'compile-graph' is not one of"),
        (["--precision", "fp8"], "'fp8' is not one of"),
        (["--steps", "0"], "should be greater than or equal to 1"),
        (["--scale", "nope"], "scale: 'nope' is none of smoke, laptop, desktop, gpu, paper"),
        (["--mode", "compiled-graph"], "--mode compiled-graph wants CUDA; on cpu there are eager and compiled"),
    ],
)
def test_what_cannot_be_measured_is_told(words: list[str], said: str) -> None:
    program = typer.Typer()
    program.command()(main)
    result = CliRunner().invoke(program, ["--accelerator", "cpu", "--scale", "smoke", *words])
    assert result.exit_code in (1, 2)
    assert said in " ".join(result.output.replace("│", " ").split())


def test_without_a_gpu_it_says_so_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(typer.Exit) as stopped:
        main("cuda", "smoke", 1)
    assert stopped.value.exit_code == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert "there is only cpu" in line
