"""The shipped network behind MLServer: `python serve_mlserver.py MODEL.onnx PORT`."""

import asyncio
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


async def main():
    port = int(sys.argv[2])
    settings = Settings(
        host="127.0.0.1",
        http_port=port,
        grpc_port=port + 1,
        metrics_port=port + 2,
        parallel_workers=0,
        debug=False,
        load_models_at_startup=False,
    )
    server = MLServer(settings)
    await server.start([ModelSettings(name="reader", implementation=Digits)])


if __name__ == "__main__":
    asyncio.run(main())
