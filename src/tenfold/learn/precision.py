"""In which precision to train, decided by what the processor says it can do."""

from collections.abc import Mapping
from dataclasses import replace

import torch

from tenfold.learn.recipes import TrainingOptions

__all__ = ["bfloat16_pays", "with_precision"]


def with_precision(options: TrainingOptions, device: torch.device) -> TrainingOptions:
    """Decide the precision where the options leave it open.

    Args:
        options: How to train.
        device: Where to train.

    Returns:
        The options with `float32` or `bfloat16` in place of `auto`, so that a stopped run goes on in the precision that
        it was started in.
    """
    if options.precision != "auto":
        return options
    return replace(options, precision="bfloat16" if bfloat16_pays(device) else "float32")


def bfloat16_pays(device: torch.device) -> bool:
    """Say whether a device has units that multiply matrices in bfloat16: AMX in a processor, tensor cores in a GPU.

    It asks for these units and measures nothing, so that the answer is the same at every start. Other devices train in
    float32, also processors that have the instructions AVX512-BF16 without AMX. Measured on an Intel Xeon of that kind
    (model 207, two cores, PyTorch 2.13): a product of 512×512 matrices takes 3.1 ms in bfloat16 and 1.6 ms in float32,
    an epoch of the recipe `tutorial` is as long in both, one of `accurate` is three times as long in bfloat16.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        known: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # older PyTorch has none: float32
        return bool(known.get("amx_bf16"))
    return False
