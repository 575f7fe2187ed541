"""`tenfold site`: the Draw page as plain files that read in the browser."""

from pathlib import Path
from typing import Annotated

import typer

from tenfold.cli.options import Offline, Quiet, ShippedModel

__all__ = ["site"]


def site(
    out: Annotated[Path, typer.Option(help="The folder to write; a site in it is replaced.")] = Path("site"),
    model: ShippedModel = None,
    offline: Offline = False,
    quiet: Quiet = False,
) -> None:
    """Write the Draw page as plain files: any web server gives them away, and the browser reads by itself.

    Nothing that is drawn leaves the browser, and after the first visit no network is needed. Browsers keep pages for
    later only over HTTPS and from this machine. ONNX Runtime for browsers is fetched once by npm, its hash checked.

    Example: `tenfold site`, then `python -m http.server -d site`, and open http://127.0.0.1:8000.
    """
    from tenfold.model.folder import load_model
    from tenfold.site.build import check_replaceable, site_files, write_site
    from tenfold.site.runtime import fetch_runtime

    check_replaceable(out)
    loaded = load_model(model)
    files = site_files(loaded, fetch_runtime(offline=offline, progress=not quiet))
    size = write_site(files, out)
    print(f"{out}: {len(files)} files, {size / 1e6:.1f} MB")
