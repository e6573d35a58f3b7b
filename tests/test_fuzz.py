"""The fuzzer itself, and a small fixed number of its inputs for every target."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

import fuzz
from fuzzing import strings
from fuzzing.run import case_of, run_target
from fuzzing.targets import PLANTED, TARGETS

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="limits of CPU time and memory are POSIX")
SEED = 10
INPUTS = {
    "text": 150,
    "ssml": 300,
    "markdown": 150,
    "html": 150,
    "lexicon": 150,
    "checkpoint": 300,
    "model_yml": 100,
    "timings": 60,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TARGETS)
def test_a_fixed_number_of_inputs_holds(name):
    outcome = run_target(name, seed=SEED, count=INPUTS.get(name, 200))
    assert outcome.cases == INPUTS.get(name, 200)
    kinds = {failure.kind: ascii(str(failure)) for failure in outcome.failures}
    assert not kinds, "\n".join(kinds.values())


@pytest.mark.parametrize("name", TARGETS)
def test_an_input_comes_from_its_seed_and_its_number(name):
    target = TARGETS[name]
    cases = [case_of(target, SEED, index) for index in range(40)]
    assert cases == [case_of(target, SEED, index) for index in range(40)]
    assert cases != [case_of(target, SEED + 1, index) for index in range(40)]
    assert len(set(map(repr, cases))) > 20
    for case in cases:
        assert eval(repr(case)) == case


@pytest.mark.slow
@POSIX
def test_planted_faults_of_every_kind_are_found():
    outcome = run_target("planted", seed=SEED, count=30)
    found = {failure.index: (failure.case, failure.reason) for failure in outcome.failures}
    reasons = {
        "error": "ValueError: a planted fault",
        "hang": "it took more than 0.5 s of CPU time",
        "crash": "it ended its process with status -6",
    }
    cases = [case_of(PLANTED, SEED, index) for index in range(30)]
    assert set(cases) == {"good", *reasons, "memory"}
    assert outcome.cases == 30
    assert [index for index, case in enumerate(cases) if case in reasons] == [
        index for index, (case, _) in found.items() if case in reasons
    ]
    for case, reason in found.values():
        assert reason == reasons.get(case, reason)
    assert any(case == "memory" and "MB of memory" in reason for case, reason in found.values())
    assert all("check" in failure.details for failure in outcome.failures if failure.case != "memory")


@POSIX
def test_a_fault_is_a_line_a_file_and_an_exit_status(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(fuzz.TARGETS, "planted", fuzz.RUNNABLE["planted"])
    options = ["--only", "planted", "--seed", str(SEED), "--out", str(tmp_path)]
    index = next(index for index in range(99) if case_of(fuzz.RUNNABLE["planted"], SEED, index) == "error")
    assert fuzz.main([*options, "--case", str(index)]) == 1
    out = capsys.readouterr().out
    assert f"planted --seed {SEED} --case {index}: ValueError: a planted fault: 'error'" in out
    assert "1 inputs" in out
    (file,) = tmp_path.iterdir()
    assert f"--only planted --seed {SEED} --case {index}" in file.read_text(encoding="utf-8")
    good = next(index for index in range(99) if case_of(fuzz.RUNNABLE["planted"], SEED, index) == "good")
    assert fuzz.main([*options, "--case", str(good)]) == 0


def test_failures_of_one_cause_are_one_kind():
    outcome = run_target("planted", seed=SEED, count=0)
    assert outcome.cases == 0
    made = [
        fuzz.Failure("text", 1, n, "x", f"AssertionError: 'a{n}' at {n}", 'File "/a/b.py", line 7')
        for n in range(3)
    ]
    other = fuzz.Failure("text", 1, 9, "x", "AssertionError: 'a' at 1", 'File "/a/b.py", line 8')
    assert len({failure.kind for failure in made}) == 1
    assert other.kind != made[0].kind


def test_mutations_keep_sizes_bounded():
    rng = random.Random(SEED)
    for _ in range(200):
        assert len(strings.mutated(rng, "a" * 1000)) < 5000
        assert len(strings.mutated_bytes(rng, bytes(1000))) < 3000


@pytest.mark.slow
def test_the_command_runs_by_itself():
    command = [sys.executable, str(Path(fuzz.__file__)), "--seconds", "1", "--only", "address", "--seed", "1"]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, cwd=Path(fuzz.__file__).parent
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "seed 1" in done.stdout
    assert "0 failed" in done.stdout
