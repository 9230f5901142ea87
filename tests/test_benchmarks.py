"""The table of benchmarks/peers.py says what was measured."""

import runpy
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


@pytest.fixture(scope="module")
def peers():
    sys.path.insert(0, str(BENCHMARKS))
    try:
        yield runpy.run_path(str(BENCHMARKS / "peers.py"))
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_the_ratio_is_the_median_of_the_pairs(peers):
    ours, other = [1, 3, 2], [2, 2, 10]  # pairs 0.5, 1.5, 0.2: not the ratio of the medians, 1
    assert peers["statistics"](ours, other) == ["2 s", "2 s", "0.50", "0.20 to 1.50"]


def test_no_ratio_where_the_results_differ(peers):
    assert peers["statistics"]([1], [2], same=False) == ["1 s", "2 s", "–", "–"]


def test_every_row_has_its_work_written_out(peers):
    import peer_work

    for row in peers["ROWS"]:
        missing = [who for who in ["ours", *row.others] if not hasattr(peer_work, f"{who}_{row.work}")]
        assert not missing, (row.title, missing)
