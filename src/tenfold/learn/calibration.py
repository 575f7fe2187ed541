"""Making the answers of trained networks hold, on the images held out from them."""

from collections.abc import Iterable

import torch
from torch import nn

from tenfold.learn.augment import augmented
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.splits import LabelledImages
from tenfold.model.promise import HeldOut, fit_temperature, out_of_distribution_threshold

__all__ = ["calibrated", "logits_of"]

BATCH = 1024


def calibrated(
    pairs: Iterable[tuple[nn.Module, LabelledImages]], options: TrainingOptions, classes: int
) -> tuple[float, float | None, HeldOut | None]:
    """Find what makes the answers hold.

    Args:
        pairs: Networks, each with the images held out from it and their labels.
        options: How they were trained. Where images were degraded, the temperature and what is strange are found on
            degraded ones, which is what pictures look like; what is promised rests on the images as they are.
        classes: How many classes there are; a logit beyond them is for what is none of them.

    Returns:
        The temperature; from how probable on an image is refused as none of the classes, None where it cannot be; and
        the answers to those that are not, None where nothing was held out.
    """
    asked = [(network, images, labels) for network, (images, labels) in pairs if len(images)]
    if not asked:
        return 1.0, None, None
    truth = torch.cat([labels for _, _, labels in asked]).cpu().numpy()
    plain = degraded = torch.cat([logits_of(network, images) for network, images, _ in asked]).cpu()
    if options.degradation:
        degraded = torch.cat([logits_of(network, augmented(images, options)) for network, images, _ in asked]).cpu()
    temperature = fit_temperature(degraded[:, :classes].numpy(), truth)
    probabilities = (plain[:, :classes] / temperature).softmax(1).numpy()
    if plain.shape[1] == classes:
        return temperature, None, HeldOut.of(probabilities, truth)
    strange = out_of_distribution_threshold(degraded.softmax(1)[:, classes].numpy())
    known = plain.softmax(1)[:, classes].numpy() < strange
    return temperature, strange, HeldOut.of(probabilities[known], truth[known])


def logits_of(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Give a network's logits `float32 (n, k)` for images `uint8 (n, 28, 28)`; it is left in evaluation mode."""
    network.eval()
    with torch.inference_mode():
        batches = images.split(BATCH)  # type: ignore[no-untyped-call]
        return torch.cat([network(batch) for batch in batches])
