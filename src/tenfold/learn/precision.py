"""In which precision to train, decided by what the processor says it can do."""

import platform
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch

from tenfold.learn.recipes import TrainingOptions

__all__ = ["bfloat16_pays", "with_precision"]

CPU_INFO = Path("/proc/cpuinfo")
"""Where Linux says which processor this is."""

AMD = "AuthenticAMD"
"""What processors of AMD call their vendor."""


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
    """Say whether a device multiplies matrices in bfloat16 faster than in float32.

    It asks what the device has and measures nothing, so that the answer is the same at every start: tensor cores in a
    GPU, AMX in a processor, or AVX512-BF16 in one of AMD. Where that comes from: on an AMD EPYC (Zen 5) the products of
    the founding network take 249 µs a step in bfloat16 and 654 µs in float32 (docs/log.md); on an Intel Xeon with
    AVX512-BF16 and without AMX (model 207, two cores, PyTorch 2.13) a product of 512×512 matrices takes 3.1 ms in
    bfloat16 and 1.6 ms in float32, an epoch of `accurate` three times as long.
    """
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        known: Mapping[str, object] = getattr(torch.cpu, "get_capabilities", dict)()  # older PyTorch has none: float32
        return bool(known.get("amx_bf16") or (known.get("avx512_bf16") and AMD in _processor()))
    return False


def _processor() -> str:
    """Give what the system says of the processor, its vendor among it."""
    try:
        return CPU_INFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor()
