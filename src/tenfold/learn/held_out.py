"""What the images held out from trained networks decide: temperature, threshold for outliers, what is promised."""

from collections.abc import Iterable

import torch
from torch import nn

from tenfold.learn.augment import augmented
from tenfold.learn.recipes import TrainingOptions
from tenfold.learn.splits import LabelledImages
from tenfold.model.promise import HeldOut, fit_temperature, out_of_distribution_threshold

__all__ = ["calibrated", "logits_of"]

BATCH = 1024
"""Images given to a network at once: enough to keep all cores busy."""


def calibrated(
    pairs: Iterable[tuple[nn.Module, LabelledImages]], options: TrainingOptions, classes: int
) -> tuple[float, float | None, HeldOut | None]:
    """Calibrate the answers of networks on the images held out from them.

    Args:
        pairs: Networks, each with the images held out from it and their labels.
        options: How they were trained. Where training degraded its images, the temperature and the threshold are found
            on degraded images, which look like people's pictures; the answers are to the images as they are.
        classes: How many classes there are; a logit beyond them is for images of none of them.

    Returns:
        The temperature that the logits are divided by, 1 where nothing was held out; the out-of-distribution score,
        0…1, from which an image is refused, None where the networks give no score; and the answers to the images that
        are not refused, None where nothing was held out.
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
    threshold = out_of_distribution_threshold(degraded.softmax(1)[:, classes].numpy())
    accepted = plain.softmax(1)[:, classes].numpy() < threshold
    return temperature, threshold, HeldOut.of(probabilities[accepted], truth[accepted])


def logits_of(network: nn.Module, images: torch.Tensor) -> torch.Tensor:
    """Give a network's logits `float32 (n, k)` for images `uint8 (n, 28, 28)`; it is left in evaluation mode."""
    network.eval()
    with torch.inference_mode():
        batches = images.split(BATCH)  # type: ignore[no-untyped-call]
        return torch.cat([network(batch) for batch in batches])
