"""The command reference, made of the commands themselves."""

import inspect
import re
from typing import Any, Literal, get_args, get_origin

from typer.main import get_command

from tenfold.cli import app

__all__ = ["command_reference"]

HEAD = """# Commands

Every command, as `tenfold COMMAND --help` shows it. Results go to standard output, progress and warnings to standard
error. Exit status: 0 all well, 1 an input failed (the others are still answered), 2 wrong usage, 130 interrupted.
`tenfold --install-completion` lets the shell complete commands, options, and the names of
recipes, data sets and models.
"""


def command_reference() -> str:
    """Give the reference as Markdown: for each command what it does, its arguments and its options."""
    commands: dict[str, Any] = get_command(app).commands  # type: ignore[attr-defined]
    return "\n".join([HEAD, *(_command(name, command) for name, command in commands.items())])


def _command(name: str, command: Any) -> str:  # noqa: ANN401
    parts = [f"## {name}", inspect.cleandoc(command.help)]
    groups: dict[str, list[Any]] = {}
    for parameter in command.params:
        kind = "Arguments" if parameter.param_type_name == "argument" else "Options"
        groups.setdefault(getattr(parameter, "rich_help_panel", None) or kind, []).append(parameter)
    declared = inspect.signature(command.callback).parameters
    for title, parameters in groups.items():
        rows = [f"| {_called(each)} | {_help(each, _choices(declared[each.name].annotation))} |" for each in parameters]
        parts.append("\n".join([f"| {title} | |", "|---|---|", *rows]))
    return "\n\n".join([*parts, ""])


def _called(parameter: Any) -> str:  # noqa: ANN401
    """Give how a parameter is typed."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.metavar or parameter.name.upper()}`"
    flags = ", ".join(f"`{flag}`" for flag in (*parameter.opts, *parameter.secondary_opts))
    return f"{flags} {parameter.metavar}" if str(parameter.metavar).isupper() else flags


def _choices(annotation: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Give the values that a parameter may have, where they are few and have names."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next(filter(None, map(_choices, get_args(annotation))), ())


def _help(parameter: Any, choices: tuple[str, ...]) -> str:  # noqa: ANN401
    """Give what a parameter says, its values, and its default."""
    told = re.sub(r"\s+", " ", parameter.help or "").replace("|", "\\|").strip()
    told += "" if all(each in told for each in choices) else f" One of {', '.join(choices)}."
    shown = parameter.show_default if isinstance(parameter.show_default, str) else parameter.default
    hidden = parameter.show_default is False or callable(shown) or shown in (None, False, "", ())
    needed = " Required." if parameter.required else ""
    return f"{told}{needed}" if hidden or parameter.required else f"{told} Default: {shown}."
