"""The shipped network behind LitServe: `python serve_litserve.py MODEL.onnx PORT`."""

import sys

import litserve
import onnxruntime
from starlette.requests import Request

from tenfold.picture.prepare import prepare


class Digits(litserve.LitAPI):
    """Reads one picture of a form."""

    def setup(self, device):  # noqa: ARG002 (its name is LitServe's)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])

    def decode_request(self, request: Request):
        return prepare(request["pictures"].file.read()).image

    def predict(self, image):
        return self.session.run(["probabilities"], {"images": image[None]})[0]

    def encode_response(self, probabilities):
        return {"digit": str(probabilities[0].argmax()), "probabilities": probabilities[0].tolist()}


if __name__ == "__main__":
    server = litserve.LitServer(Digits(api_path="/v1/digits"), accelerator="cpu", workers_per_device=2)
    server.run(host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", generate_client_file=False)
