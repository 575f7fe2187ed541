"""The shipped network behind BentoML: `MODEL=model.onnx bentoml serve serve_bentoml:Digits --port PORT`."""

import os
from pathlib import Path

import bentoml
import onnxruntime

from tenfold.picture.prepare import prepare


@bentoml.service(workers=2, traffic={"timeout": 60})
class Digits:
    """Reads one picture of a form."""

    def __init__(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])

    @bentoml.api(route="/v1/digits")
    def digits(self, pictures: Path) -> dict:
        """Say which digit the picture shows."""
        image = prepare(pictures.read_bytes()).image
        (probabilities,) = self.session.run(["probabilities"], {"images": image[None]})
        return {"digit": str(probabilities[0].argmax()), "probabilities": probabilities[0].tolist()}
