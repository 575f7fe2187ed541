"""The rehearsal types what the page says, in its order, into one shell."""

import os

from guide.rehearsal import PAGE, commands_of, rehearse

SHOWN = """# A page

```sh
cd inner
word=seen
```

```powershell
never
```

```console
$ echo $word
seen
```

| to … | type |
|---|---|
| serve | `tenfold serve`, after `make ready` |

```python
print("Python too")
```
"""


def test_what_a_page_says_is_found_in_its_order(tmp_path):
    (tmp_path / "page.md").write_text(SHOWN)
    commands = commands_of(tmp_path / "page.md")
    assert commands[:5] == ["cd inner", "word=seen", "echo $word", "make ready", "tenfold serve"]
    assert "Python too" in commands[5]
    assert len(commands) == 6


def test_commands_share_a_shell_and_end_with_the_first_that_fails(tmp_path):
    (tmp_path / "inner").mkdir()
    typed = ["cd inner", "word=seen", "echo $word; pwd", "cat", "(exit 3)", "echo never"]
    steps = list(rehearse(typed, tmp_path, {"PATH": os.environ["PATH"]}))
    assert [(step.command, step.status) for step in steps] == [*((each, 0) for each in typed[:4]), ("(exit 3)", 3)]
    assert steps[2].said.split() == ["seen", str(tmp_path / "inner")]


def test_the_page_installs_reads_trains_and_serves():
    commands = commands_of(PAGE)
    assert [each.split()[-1] for each in commands[:3]] == [".venv", ".venv/bin/activate", '".[train]"']
    assert {"tenfold predict photo.jpg", "tenfold train", "tenfold serve"} <= {*commands}
