"""`tenfold serve`: an API and a page."""

import sys
import threading
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from tenfold.cli.options import MaxError, Pixels, ShippedModel
from tenfold.errors import OptionError

__all__ = ["serve"]


def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 for any free one.")] = 8000,
    model: ShippedModel = None,
    max_error: MaxError = None,
    pixels: Pixels = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes that answer.", show_default="2 on Linux, 1 elsewhere and on one core")
    ] = None,
    store: Annotated[
        str, typer.Option(help="Where corrections are kept: a file, or postgresql://USER@HOST/NAME.")
    ] = "review.db",
    audit: Annotated[
        float,
        typer.Option(
            help="Show people this share of the accepted answers again, not what was read, to see whether what is "
            "promised of them still holds, as 0.02."
        ),
    ] = 0.0,
    export_to: Annotated[
        Path | None,
        typer.Option(
            "--export",
            help="Write what --store holds, and end: a .csv file, or a folder to train on with the classes of --model.",
            show_default=False,
        ),
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="A file with the token that requests must bear.", show_default=False)
    ] = None,
    insecure: Annotated[bool, typer.Option("--insecure", help="Serve other machines without a token.")] = False,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serve an API, and a page where people draw, review and correct.

    When the model folder is replaced, or on SIGHUP, the new model is loaded without a failed request. SIGTERM ends the
    server after the requests that are being answered. Requests are logged as JSON, except into a terminal; the API is
    described under /docs.

    Example: `tenfold serve --open`.
    """
    try:
        from tenfold.model.folder import load_model
        from tenfold.serve.options import Limits, ServeOptions, default_workers
        from tenfold.serve.run import serve as serve_until_told
        from tenfold.serve.store import ReviewStore, export
    except ModuleNotFoundError as error:
        raise OptionError(f'tenfold serve needs {error.name}: pip install "tenfold[serve]"') from error

    if export_to:
        count = export(ReviewStore(store), export_to, load_model(model).classes)
        print(f"{count:,} written to {export_to}")
        return
    options = ServeOptions(
        host=host,
        port=port,
        model=model,
        max_error=max_error,
        workers=default_workers() if workers is None else workers,
        store=store,
        audit=audit,
        token_file=token_file,
        insecure=insecure,
        limits=Limits() if pixels is None else Limits(pixels=pixels),
    )

    def tell(address: str) -> None:
        print(f"tenfold: {address}  (Ctrl-C ends)", file=sys.stderr, flush=True)
        if open_page:  # beside the server, for some browsers come back only when they are closed
            threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

    serve_until_told(options, tell)
