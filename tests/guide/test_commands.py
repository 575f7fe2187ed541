"""Everything that a user can type is in the reference, and one page says what each command is for."""

import re
from pathlib import Path

from guide.commands import command_reference
from typer.main import get_command

from tenfold.cli import app

USING = Path(__file__).parents[2] / "docs" / "using.md"


def test_every_command_and_option_is_in_the_reference_with_words():
    told = command_reference()
    for name, command in get_command(app).commands.items():
        [section] = re.findall(rf"^## {name}\n(.*?)(?=^## |\Z)", told, re.MULTILINE | re.DOTALL)
        rows = dict(re.findall(r"^\| (.+?) \| (.*) \|$", section, re.MULTILINE))
        for parameter in command.params:
            if parameter.param_type_name == "option":
                [help_] = [text for row, text in rows.items() if f"`{parameter.opts[0]}`" in row]
                assert len(help_) > 10, parameter.opts


def test_one_page_says_what_every_command_is_for():
    text = USING.read_text(encoding="utf-8")
    missing = [name for name in get_command(app).commands if f"tenfold {name}" not in text]
    assert missing == ["demo"]  # `make demo`
