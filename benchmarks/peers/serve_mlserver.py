"""The shipped network behind MLServer: `python serve_mlserver.py MODEL.onnx PORT`."""

import asyncio
import socket
import sys

import onnxruntime
from mlserver import MLModel, MLServer, ModelSettings, Settings
from mlserver.handlers import custom_handler
from starlette.requests import Request
from starlette.responses import JSONResponse

from tenfold.picture.prepare import prepare


class Digits(MLModel):
    """Reads one picture of a form."""

    async def load(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
        return True

    @custom_handler(rest_path="/v1/digits")
    async def digits(self, request: Request) -> JSONResponse:
        content = await (await request.form())["pictures"].read()
        return JSONResponse(await asyncio.to_thread(self._read, content))

    def _read(self, content):
        (probabilities,) = self.session.run(["probabilities"], {"images": prepare(content).image[None]})
        return {"digit": str(probabilities[0].argmax()), "probabilities": probabilities[0].tolist()}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


async def main():
    settings = Settings(
        host="127.0.0.1",
        http_port=int(sys.argv[2]),
        grpc_port=free_port(),
        metrics_port=free_port(),
        parallel_workers=0,
        debug=False,
        load_models_at_startup=False,
    )
    server = MLServer(settings)
    await server.start([ModelSettings(name="reader", implementation=Digits)])


if __name__ == "__main__":
    asyncio.run(main())
