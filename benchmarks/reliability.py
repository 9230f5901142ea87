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
SETTINGS = {  # name: (environment, processes; conftest.py gives each process its share of the cores as threads)
    "as it is": ({}, "auto"),
    "oneDNN off": ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "auto"),
    "AVX2": ({"ONEDNN_MAX_CPU_ISA": "AVX2", "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512_ICL AVX512_SPR"}, "auto"),
    "all threads for one process": ({}, "1"),
}


def run(name):
    """Run the tests with the settings called `name`; returns what the log says of it."""
    environment, processes = SETTINGS[name]
    commit = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    started = time.perf_counter()
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-n", processes, "--dist", "loadfile"],
        cwd=ROOT, env=os.environ | environment, capture_output=True, text=True,
    )  # fmt: skip
    minutes = (time.perf_counter() - started) / 60
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", tests.stdout, flags=re.MULTILINE)
    counted = tests.stdout.strip().splitlines()[-1].strip("= ")
    return f"{name}; {commit.stdout.strip()}; {counted}; {minutes:.0f} min; {' '.join(failed) or 'none failed'}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20, help="how many there shall be in the log")
    wanted = parser.parse_args().runs
    done = len(LOG.read_text(encoding="utf-8").splitlines()) if LOG.exists() else 0
    for number, name in itertools.islice(enumerate(itertools.cycle(SETTINGS), 1), done, wanted):
        line = f"{number}; {run(name)}"
        print(line, flush=True)
        with open(LOG, "a", encoding="utf-8") as log:
            log.write(line + "\n")


if __name__ == "__main__":
    main()
