"""A shell completes the values of options, as people ask it to with the Tab key."""

import pytest

from tenfold.cli import completion


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("tenfold train --recipe t", {"tutorial", "tiny"}),
        ("tenfold train --data fa", {"fashion-mnist"}),
        ("tenfold train --data ow", {"own/", "own.csv"}),
        ("tenfold fetch typ", {"typefaces"}),
        ("tenfold info m", {"models/mine", "models/"}),
        ("tenfold predict --model s", {"shipped"}),
        ("tenfold evaluate --split ", {"train", "test"}),
        ("tenfold train --optimizer ada", {"adam", "adamw"}),
    ],
)
def test_bash_is_offered_the_values(command, tmp_path, typed, offered):
    (tmp_path / "models" / "mine").mkdir(parents=True)
    (tmp_path / "models" / "mine" / "model.json").touch()
    (tmp_path / "own").mkdir()
    (tmp_path / "own.csv").touch()
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split(" ")) - 1)}
    assert set(command(_TENFOLD_COMPLETE="complete_bash", **asked).out.split()) == offered


def test_hidden_files_are_offered_where_they_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".hidden.csv").touch()
    (tmp_path / "seen.csv").touch()
    assert [name for name in completion.data_names("") if "." in name] == ["seen.csv"]
    assert completion.data_names(".h") == [".hidden.csv"]
    assert completion.data_names("nowhere/") == []
