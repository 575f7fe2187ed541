"""A folder of results holds each input once, and no other run."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tenfold.errors import DataError, OptionError
from tenfold.scale.results import Counts, Results, gaps, write_part

KINDS = {"file": "string", "error": "string"}
RUN = {"command": "read", "pages": ["scans"], "digits": 9}


def part(folder, first, end):
    rows = [{"file": str(number), "error": None} for number in range(first, end)]
    write_part(str(folder), first, rows, KINDS, Counts(end - first, 0, end - first, end - first))


@pytest.fixture
def results(tmp_path):
    kept = Results(str(tmp_path / "results"))
    assert not kept.begin(RUN)
    return kept


def test_what_is_there_is_counted_and_read_as_one_table(results, tmp_path):
    part(results.folder, 0, 3)
    part(results.folder, 3, 5)
    assert results.begin(RUN)
    assert results.check(5) == Counts(5, 0, 5, 5)
    assert parquet.read_table(results.folder)["file"].to_pylist() == list("01234")


def test_what_is_missing_is_said(results):
    part(results.folder, 0, 3)
    with pytest.raises(DataError, match="2 of 5 are not there; run the same command again"):
        results.check(5)


def test_a_half_beside_its_whole_is_removed(results):
    part(results.folder, 0, 2)
    part(results.folder, 2, 4)
    part(results.folder, 0, 4)
    assert results.check(4).inputs == 4
    assert results.parts() == [(0, 4)]


def test_parts_that_overlap_are_an_error(results):
    part(results.folder, 0, 3)
    part(results.folder, 2, 4)
    with pytest.raises(DataError, match="overlap at input 2"):
        results.check(4)


def test_a_part_that_does_not_hold_what_its_name_says_is_an_error(results, tmp_path):
    part(results.folder, 0, 3)
    (tmp_path / "results" / "000000000000-000000000003.parquet").rename(
        tmp_path / "results" / "000000000000-000000000004.parquet"
    )
    with pytest.raises(DataError, match="does not hold what its name says"):
        results.check(4)


def test_what_a_killed_process_left_is_removed_at_the_end(results, tmp_path):
    left = tmp_path / "results" / ".000000000000-000000000003.parquet.abc.part"
    left.write_bytes(b"half")
    part(results.folder, 0, 3)
    results.check(3)
    assert not left.exists()


def test_another_run_is_refused_with_what_differs(results):
    with pytest.raises(OptionError, match="holds another run: its digits was 9, now it is 8"):
        results.begin({**RUN, "digits": 8})


def test_a_folder_of_other_files_is_refused(tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(DataError, match="holds files that are no results"):
        Results(str(tmp_path)).begin(RUN)


def test_a_damaged_description_is_an_error(results, tmp_path):
    (tmp_path / "results" / "_run" / "run.json").write_text(json.dumps(RUN)[:5])
    with pytest.raises(DataError, match="is damaged"):
        results.begin(RUN)


def test_results_may_lie_in_a_store(bucket):
    kept = Results(f"{bucket}/results")
    kept.begin(RUN)
    part(kept.folder, 0, 3)
    assert kept.begin(RUN)
    assert kept.check(3).rows == 3


@given(st.sets(st.integers(0, 20)), st.integers(0, 5))
def test_gaps_are_what_no_part_holds(edges, more):
    edges = sorted(edges)
    total = max(edges, default=0) + more
    parts = list(zip(edges[::2], edges[1::2], strict=False))
    held = {number for first, end in parts for number in range(first, end)}
    left = [number for first, end in gaps(parts, total) for number in range(first, end)]
    assert left == [number for number in range(total) if number not in held]
