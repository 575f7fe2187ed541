"""The application: all routes and what stands before them."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

from fastapi import FastAPI, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

import tenfold
from tenfold.serve.adaptation import Adaptation, adapted_folder
from tenfold.serve.audits import Audits, as_metrics
from tenfold.serve.form_store import FormStore
from tenfold.serve.live import LiveReader
from tenfold.serve.options import ServeOptions
from tenfold.serve.routes.adaptation import adaptation_routes
from tenfold.serve.routes.alike import alike_routes
from tenfold.serve.routes.audit import audit_routes
from tenfold.serve.routes.digits import digit_routes
from tenfold.serve.routes.explain import explain_routes
from tenfold.serve.routes.forms import form_routes
from tenfold.serve.routes.inference import inference_routes
from tenfold.serve.routes.layers import layer_routes
from tenfold.serve.routes.model import model_routes
from tenfold.serve.routes.numbers import number_routes
from tenfold.serve.routes.reviews import review_routes
from tenfold.serve.store import ReviewStore
from tenfold.serve.wire.access import Access
from tenfold.serve.wire.bodies import LimitedBodies
from tenfold.serve.wire.methods import HeadAsGet, PageFiles
from tenfold.serve.wire.metrics import Instrumented, Metrics
from tenfold.serve.wire.problems import PROBLEM_MEDIA_TYPE, Problem, ProblemDetails, answer_with_problems
from tenfold.serve.wire.traces import Traced, tracer_if_wanted
from tenfold.serve.work import Work

__all__ = ["create_api", "create_app"]

PAGE = Path(__file__).parent / "page"

PROBLEMS = {
    400: "The request is not what it should be.",
    401: "It bears no valid token, where one is needed.",
    403: "It comes from another site's page.",
    404: "There is no such thing.",
    405: "There is no such method here; `Allow` names those that there are.",
    408: "It took too long to arrive.",
    413: "It is too large, or holds too much.",
    415: "It has the wrong type.",
    422: "The picture cannot be read, or a value is not allowed.",
    503: "Too much is waiting; `Retry-After` says when to come again.",
}
"""What any route may answer instead, and what it means."""


def create_app(options: ServeOptions) -> ASGIApp:
    """Make the application, ready to answer.

    Args:
        options: How to serve.

    Raises:
        ModelError: The model folder is missing or damaged.
        OptionError: The token, the store or the error allowed is not what it should be.
    """
    work = Work(options.threads, options.limits.waiting, options.limits.seconds)
    metrics = Metrics(lambda: work.jobs)
    live = LiveReader(
        options.model,
        options.max_error,
        lambda outcome: metrics.reloads.labels(outcome).inc(),
        adapted_folder(options),
    )
    store = ReviewStore(options.store)
    store.check()
    api = create_api(options, live, work, metrics, store)
    app = Instrumented(Access(LimitedBodies(HeadAsGet(api), options.limits), options), metrics)
    tracer = tracer_if_wanted()
    return Traced(app, tracer) if tracer else app


def create_api(options: ServeOptions, live: LiveReader, work: Work, metrics: Metrics, store: ReviewStore) -> FastAPI:
    """Put together the routes of the API and of the page; whatever goes wrong in them is answered with a problem."""

    @asynccontextmanager
    async def alive(_: FastAPI) -> AsyncIterator[None]:
        following = asyncio.create_task(live.follow())
        with _on_hangup(lambda: asyncio.ensure_future(live.reload_apart())):
            try:
                yield
            finally:
                following.cancel()
                await asyncio.wait([following])
                work.close()
                store.close()

    api = FastAPI(
        title="Tenfold",
        version=tenfold.__version__,
        description="Reads handwritten digits, says how sure it is, and asks a person where it is not.",
        docs_url=None,
        redoc_url=None,
        lifespan=alive,
        separate_input_output_schemas=False,
        generate_unique_id_function=_operation,
        responses={
            status: {"description": text, "model": ProblemDetails, "content": {PROBLEM_MEDIA_TYPE: {}}}
            for status, text in PROBLEMS.items()
        },
    )
    answer_with_problems(api)
    audits, forms = Audits(store, options.audit), FormStore(store)
    routers = (
        digit_routes(live, work, metrics, audits, options.limits),
        explain_routes(live, work, options.limits),
        layer_routes(live, work, options.limits),
        number_routes(live, work, metrics, store, audits, forms, options.limits),
        form_routes(live, work, forms, options.limits),
        model_routes(live),
        alike_routes(live, work, store, options.limits),
        review_routes(live, work, store, audits, options.limits),
        audit_routes(live, work, audits),
        adaptation_routes(live, work, Adaptation(options, store)),
        inference_routes(live, work, options.limits),
    )
    for router in routers:
        api.include_router(router)

    @api.get("/metrics", tags=["operation"], response_class=Response, responses={200: {"content": {"text/plain": {}}}})
    async def show_metrics() -> Response:
        """Give the metrics in Prometheus' text format."""
        content, kind = metrics.expose()
        with suppress(Problem):  # the store does not answer, which stands in the log
            content += as_metrics(await work.stored(lambda: audits.found(live.model)))
        return Response(content, media_type=kind)

    api.mount("/", PageFiles(PAGE, [*routers, api.router]), name="page")
    return api


def _operation(route: APIRoute) -> str:
    return route.name


@contextmanager
def _on_hangup(reload: Callable[[], object]) -> Iterator[None]:
    """Reload on SIGHUP, where the system has it and this is the main thread, which receives signals.

    The handler goes before the event loop does: as long as it has one, every signal wakes the loop through a pipe, and
    one that comes while the loop closes that pipe prints a traceback.
    """
    loop = asyncio.get_running_loop()
    absent = suppress(NotImplementedError, ValueError, RuntimeError, AttributeError)
    with absent:
        loop.add_signal_handler(signal.SIGHUP, reload)
    try:
        yield
    finally:
        with absent:
            loop.remove_signal_handler(signal.SIGHUP)
