"""No group of a page is of few people."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from report.groups import merge

counts = st.lists(st.integers(0, 12), max_size=12)


@given(counts=counts, minimum=st.integers(1, 10))
def test_groups_are_merged_with_their_neighbours_until_they_are_large_enough(
    counts: list[int], minimum: int
) -> None:
    groups = merge(enumerate(counts), minimum)
    if not groups:
        assert sum(counts) < minimum
        return
    members = [member for group in groups for member in group.members]
    assert members == list(range(len(counts)))
    for group in groups:
        assert group.people == sum(counts[member] for member in group.members)
        assert group.people == 0 or group.people >= minimum


def test_groups_that_are_large_enough_stay_as_they_are() -> None:
    groups = merge([("a", 5), ("b", 0), ("c", 9)], 5)
    assert [(group.members, group.people) for group in groups] == [
        (["a"], 5),
        (["b"], 0),
        (["c"], 9),
    ]
