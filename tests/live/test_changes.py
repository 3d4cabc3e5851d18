"""What has changed since a picture was painted, and where."""

from live.changes import Changes, Mark


def test_a_place_hears_of_its_own_changes_and_of_those_that_may_be_anywhere() -> None:
    changes = Changes()
    changes.note(frozenset({"case"}), ["city", "north"])
    changes.note(frozenset({"message"}))
    here = {place: changes.since(Mark(), place).here for place in (None, "city", "north", "south")}
    assert here == {None: {"case", "message"}, "city": {"case", "message"}, "north": {"case", "message"}, "south": {"message"}}
    assert changes.since(Mark(), "south").anywhere == {"case", "message"}


def test_after_its_mark_a_place_hears_only_what_came_later() -> None:
    changes = Changes()
    changes.note(frozenset({"case"}), ["north"])
    mark = changes.since(Mark(), "north").mark
    changes.note(frozenset({"case"}), ["south"])
    assert changes.since(mark, "north") == (frozenset({"case"}), frozenset(), Mark(2, 2))
    changes.note(frozenset({"observation"}), ["north"])
    assert changes.since(mark, "north").here == {"observation"}
    assert changes.since(mark, "north", urgent=True).here == frozenset()
    assert changes.since(mark, "south", urgent=True).here == {"case"}
