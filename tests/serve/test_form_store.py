"""Forms are kept under names in the database of the reviews."""

import pytest

from tenfold.serve.form_store import FormStore, is_form_name
from tenfold.serve.store import ReviewStore


@pytest.fixture
def forms(tmp_path):
    store = ReviewStore(str(tmp_path / "review.db"))
    yield FormStore(store)
    store.close()


def test_a_form_is_kept_found_replaced_and_forgotten(forms):
    assert forms.all() == []
    assert forms.find("a") is None
    assert forms.page("a") is None
    assert not forms.forget("a")
    forms.keep("b", "two", None, replace=False, most=9)
    kept = forms.keep("a", "one", b"page", replace=False, most=9)
    assert kept == forms.find("a")
    assert [each.name for each in forms.all()] == ["a", "b"]
    assert forms.keep("a", "other", None, replace=False, most=9) is None
    assert forms.keep("a", "other", None, replace=True, most=9).toml == "other"
    assert forms.page("a") == b"page"
    assert forms.page("b") is None
    assert forms.forget("a")
    assert [each.name for each in forms.all()] == ["b"]


def test_no_more_are_kept_than_may_be(forms):
    assert forms.keep("a", "one", None, replace=True, most=1)
    assert forms.keep("b", "two", None, replace=True, most=1) is None
    assert forms.keep("a", "three", None, replace=True, most=1)


@pytest.mark.parametrize("name", ["a", "Invoice 1", "Größe_2.b-c", "x" * 60])
def test_names_are_letters_digits_and_a_few_signs(name):
    assert is_form_name(name)


@pytest.mark.parametrize("name", ["", " a", "a ", "a/b", "..", "a\n", "x" * 61, "[page]", "a=1"])
def test_other_texts_are_no_names(name):
    assert not is_form_name(name)
