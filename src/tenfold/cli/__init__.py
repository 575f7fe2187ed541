"""The command line: a module for each command.

Results go to standard output, progress and warnings to standard error. Exit status: 0 all well, 1 an input failed,
2 wrong usage, 130 interrupted.
"""

import gc
import sys
from collections.abc import Callable
from functools import wraps
from io import TextIOWrapper
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

import tenfold
from tenfold.cli.adapt import adapt
from tenfold.cli.calibrate import calibrate
from tenfold.cli.demo import demo
from tenfold.cli.doctor import doctor
from tenfold.cli.evaluate import evaluate
from tenfold.cli.explain import explain
from tenfold.cli.export import export
from tenfold.cli.fetch import fetch
from tenfold.cli.info import info
from tenfold.cli.options import fail
from tenfold.cli.predict import predict
from tenfold.cli.read import read
from tenfold.cli.recipes import recipes
from tenfold.cli.serve import serve
from tenfold.cli.site import site
from tenfold.cli.train import train
from tenfold.errors import OptionError, TenfoldError

__all__ = ["app", "main"]

app = typer.Typer(
    name="tenfold",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


class _Command(TyperCommand):
    """A command whose help fits 80 columns: `--[no-]name` stands for the two flags of a choice of yes or no."""

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401
        for option in self.params:
            if option.secondary_opts:
                option.opts, option.secondary_opts = [f"--[no-]{option.opts[0].removeprefix('--')}"], []
        super().format_help(ctx, formatter)


def _interruptible(command: Callable[..., None]) -> Callable[..., None]:
    """Let Ctrl-C end a command with one line; those that save something first see to it themselves."""

    @wraps(command)
    def run(*arguments: Any, **options: Any) -> None:  # noqa: ANN401
        try:
            command(*arguments, **options)
        except typer.Exit:
            raise
        except (Exception, KeyboardInterrupt) as error:
            if _began_with_ctrl_c(error):
                fail("interrupted", 130)
            raise

    return run


def _began_with_ctrl_c(error: BaseException | None) -> bool:
    """Say whether an error is Ctrl-C or comes of it: an import that is cut off in its middle may raise anything."""
    while error and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


_COMMANDS = (
    *(
        fetch,
        recipes,
        train,
        adapt,
        evaluate,
        calibrate,
        predict,
        read,
        explain,
        doctor,
        info,
        serve,
        site,
        export,
        demo,
    ),
)
for _command in _COMMANDS:
    app.command(cls=_Command)(_interruptible(_command))


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"tenfold {tenfold.__version__}")
        raise typer.Exit


@app.callback()
def common(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Learn to read handwritten digits, then read yours."""


def main() -> NoReturn:
    """Run the command line; an expected failure is one line on standard error, never a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # file names and digits drawn in dots go to any terminal
    gc.set_threshold(100_000, 50, 50)  # loading PyTorch makes half a million objects, none of them garbage
    try:
        app(prog_name="tenfold")
    except KeyboardInterrupt:
        fail("interrupted", 130)
    except TenfoldError as error:
        fail(str(error), 2 if isinstance(error, OptionError) else 1)
    except OSError as error:
        fail(f"{error.filename or 'the system'}: {error.strerror or error}", 1)
    finally:
        gc.freeze()  # spares the quarter of a second in which Python would take PyTorch apart
    sys.exit(0)
