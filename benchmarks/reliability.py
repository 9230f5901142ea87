"""The tests, many times in a row, on other settings of the processor each time: does one of them fail now and then?

    .venv/bin/python benchmarks/reliability.py --runs 20

Each run adds a line to reliability.log beside this file: its number, the settings, the commit, what pytest counted, the
minutes it took, and the names of tests that failed. Runs that are in the log already count.
"""

import argparse
import itertools
import os
import re
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOG = Path(__file__).with_suffix(".log")
AVX2 = {"ONEDNN_MAX_CPU_ISA": "AVX2", "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}
BFLOAT16 = "tests/test_go_networks.py::test_a_policy_is_float32_under_mixed_precision"
SETTINGS = {  # name: (environment, options; conftest.py gives each process its share of the cores as threads)
    "as it is": ({}, []),
    "oneDNN off": ({"TF_ENABLE_ONEDNN_OPTS": "0"}, []),
    # TensorFlow 2.21 asks the processor, not oneDNN, whether oneDNN can multiply bfloat16, and crashes if only the
    # former can: no processor is like that, only this setting on one with AVX-512.
    "AVX2": (AVX2, ["--deselect", BFLOAT16]),
    "all threads for one process": ({}, ["-n", "1"]),
}


def run(name, commit):
    """Run the tests of `commit` with the settings called `name`; returns what the log says of it."""
    environment, options = SETTINGS[name]
    started = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", "--max-worker-restart", "0"]
    tests = subprocess.run(command + options, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True)
    minutes = (time.perf_counter() - started) / 60
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", tests.stdout, flags=re.MULTILINE)
    counted = tests.stdout.strip().splitlines()[-1].strip("= ")
    return f"{name}; {commit}; {counted}; {minutes:.0f} min; {' '.join(failed) or 'none failed'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20, help="how many there shall be in the log")
    wanted = parser.parse_args().runs
    # Once, before the first line of this session makes the log itself a changed file.
    commit = subprocess.check_output(["git", "describe", "--always", "--dirty"], cwd=ROOT, text=True).strip()
    done = len(LOG.read_text(encoding="utf-8").splitlines()) if LOG.exists() else 0
    for number, name in itertools.islice(enumerate(itertools.cycle(SETTINGS), 1), done, wanted):
        line = f"{number}; {run(name, commit)}"
        print(line, flush=True)
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(line + "\n")


if __name__ == "__main__":
    main()
