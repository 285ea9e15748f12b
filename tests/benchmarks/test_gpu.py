"""The script for a GPU, tried on a processor."""

import pytest
import typer

from benchmarks.gpu import main


def test_every_precision_and_layout_is_measured(capsys: pytest.CaptureFixture[str]) -> None:
    main("cpu", "smoke", 1, mode=["eager"], kernels=2)
    lines = capsys.readouterr().out.splitlines()[1:]
    cases = [line.split(": ")[0] for line in lines if " ms a step, " in line]
    assert len(cases) == len(set(cases)) == 6
    assert len([line for line in lines if line.startswith("  ")]) == 12


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
