"""Making the answers of trained networks hold, on the images held out from them."""

from collections.abc import Iterable

import torch
from torch import nn

from tenfold.learn.augment import augmented
from tenfold.learn.lessons import Examples
from tenfold.learn.recipes import TrainingOptions
from tenfold.model.calibrate import HeldOut, fit_temperature, strange_from

__all__ = ["calibrated", "logits_of"]

BATCH = 1024


def calibrated(
    pairs: Iterable[tuple[nn.Module, Examples]], options: TrainingOptions, classes: int
) -> tuple[float, float | None, HeldOut | None]:
    """Find what makes the answers hold.

    Args:
        pairs: Networks, each with the images held out from it and their labels. A recipe that wears its images learns
            to read worn ones, so that is what it is asked here too.
        options: How they were trained.
        classes: How many classes there are; a logit beyond them is for what is none of them.

    Returns:
        The temperature; from how probable on an image is refused as none of the classes, None where it cannot be; and
        the answers to those that are not, None where nothing was held out.
    """
    answered = [
        (logits_of(network, augmented(images, options) if options.wear else images), labels)
        for network, (images, labels) in pairs
        if len(images)
    ]
    if not answered:
        return 1.0, None, None
    logits, labels = (torch.cat(parts).cpu() for parts in zip(*answered, strict=True))
    temperature = fit_temperature(logits[:, :classes].numpy(), labels.numpy())
    probabilities, truth = (logits[:, :classes] / temperature).softmax(1).numpy(), labels.numpy()
    if logits.shape[1] == classes:
        return temperature, None, HeldOut.of(probabilities, truth)
    strangeness = logits.softmax(1)[:, classes].numpy()
    strange = strange_from(strangeness)
    known = strangeness < strange
    return temperature, strange, HeldOut.of(probabilities[known], truth[known])


def logits_of(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Give a network's logits `float32 (n, k)` for images `uint8 (n, 28, 28)`; it is left in evaluation mode."""
    network.eval()
    with torch.inference_mode():
        batches = images.split(BATCH)  # type: ignore[no-untyped-call]
        return torch.cat([network(batch) for batch in batches])
