"""The glossary of CONTRIBUTING.md is kept: banned terms are gone, and those being replaced become fewer."""

import pytest

from docs import glossary
from docs.glossary import Replaced, banned, being_replaced, places, split

HINT = "use the word of the glossary in CONTRIBUTING.md"


@pytest.mark.parametrize("term", banned())
def test_a_banned_term_stands_nowhere(term):
    assert places(term) == {}, HINT


@pytest.mark.parametrize("entry", being_replaced(), ids=lambda entry: entry.term)
def test_a_term_that_is_being_replaced_is_used_no_more_often_than_before(entry):
    assert places(entry.term).total() <= entry.most, HINT


def test_no_term_is_listed_twice():
    listed = [*banned(), *(entry.term for entry in being_replaced())]
    assert sorted(listed) == sorted(set(listed))


@pytest.fixture
def two_files(tmp_path, monkeypatch):
    """A tree with two modules, code of others, and a glossary."""
    (tmp_path / "service" / "vendor").mkdir(parents=True)
    (tmp_path / "service" / "a.py").write_text('class PlotsOfLand:\n    """A plot."""\n', encoding="utf-8")
    (tmp_path / "service" / "b.py").write_text('plot_id = say("地块", "exploited")\n', encoding="utf-8")
    (tmp_path / "service" / "vendor" / "c.js").write_text("plot()", encoding="utf-8")
    page = tmp_path / "CONTRIBUTING.md"
    page.write_text(
        "### Terms\n\n| a | b | c | not |\n|---|---|---|---|\n| space | 空间 | floor | `plot`, `地块` |\n\n"
        "### Banned words\n\n| word | instead |\n|---|---|\n| `ere` | before |\n\n"
        "### Words being replaced\n\n| word | use instead | at most |\n|---|---|---|\n| `land` | floor | 7 |\n\n"
        "## End\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(glossary, "ROOT", tmp_path)
    monkeypatch.setattr(glossary, "PAGE", page)
    glossary._searched.cache_clear()
    yield page
    glossary._searched.cache_clear()


def test_terms_are_found_in_identifiers_docstrings_and_texts_but_not_within_words(two_files):
    assert banned() == ["plot", "地块", "ere"]
    assert places("plot") == {"service/a.py": 2, "service/b.py": 1}
    assert places("地块") == {"service/b.py": 1}
    assert places("ere") == {}


def test_counts_are_lowered_and_never_raised(two_files):
    assert being_replaced() == [Replaced("land", "floor", 7)]
    glossary.lower()
    assert being_replaced() == [Replaced("land", "floor", 1)]
    two_files.write_text(two_files.read_text("utf-8").replace("floor | 1", "floor | 0"), encoding="utf-8")
    glossary.lower()
    assert being_replaced() == [Replaced("land", "floor", 0)]


def test_a_glossary_without_a_table_is_an_error(two_files):
    two_files.write_text("# none\n", encoding="utf-8")
    with pytest.raises(LookupError, match="Words being replaced"):
        being_replaced()


def test_identifiers_are_split_into_words():
    assert split("PlanIndex plan_index HTTPAnswer2B") == "plan index plan index httpanswer2 b"
