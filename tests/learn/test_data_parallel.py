"""Several workers compute what one does."""

from copy import deepcopy
from threading import Barrier, Thread

import pytest
import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from tenfold.learn.data_parallel import Share
from tenfold.learn.learner import Learner
from tenfold.learn.networks import architecture, build_single
from tenfold.learn.recipes import recipe


class Threads:
    """Workers as threads of this process; what they add up is added up here."""

    def __init__(self, size):
        self.size, self.barrier, self.tensors = size, Barrier(size, timeout=60), {}

    def run(self, work):
        results = {}
        threads = [
            Thread(target=lambda rank=rank: results.update({rank: work(InThread(rank, self))}))
            for rank in range(self.size)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [results[rank] for rank in range(self.size)]


class InThread(Share):
    def __init__(self, rank, threads):
        super().__init__(rank, threads.size)
        self.threads = threads

    def add_up(self, tensor):
        tensors, barrier = self.threads.tensors, self.threads.barrier
        tensors[self.rank] = tensor.clone()
        barrier.wait()
        total = torch.stack([tensors[rank] for rank in range(self.size)]).sum(0)
        barrier.wait()
        return tensor.copy_(total)


def step(network, options, images, labels, share):
    """Make a step, and give the loss, the gradient and the statistics of batch normalisation."""
    network = deepcopy(network).train()
    learner = Learner(network, options, share)
    part, weight = share.deal(len(images))
    loss = learner.step(F.cross_entropy(network(images[part]), labels[part]) * weight, 0.1, "the step")
    return (
        torch.tensor(loss, dtype=torch.float64),
        learner.optimizer.gradient.clone(),
        torch.cat([torch.zeros(1), *(each.double().flatten() for each in network.buffers())]),
    )


@pytest.mark.parametrize("name", ["tutorial", "fast", "accurate"])
@pytest.mark.parametrize(("size", "count"), [(2, 12), (3, 8), (3, 2)], ids=["even", "uneven", "too few to share"])
def test_loss_gradient_and_statistics_are_those_of_the_whole_batch(few, name, size, count):
    """In float64: float32's rounding may move a value over the kink of a ReLU, whatever adds up."""
    options = recipe(name, optimizer="sgd", precision="float32")
    torch.manual_seed(0)
    network = nn.Sequential(*list(build_single(architecture(options, 10)))[1:]).double()
    images, labels = torch.from_numpy(few[0][:count, None] / 255), torch.from_numpy(few[1][:count].copy())
    alone = step(network, options, images, labels, Share())
    for worker in Threads(size).run(lambda share: step(network, options, images, labels, share)):
        for mine, whole in zip(worker, alone, strict=True):
            assert float((mine - whole).norm()) <= 1e-10 * float(whole.norm())


def test_a_layer_without_weights_and_statistics_is_shared_too():
    torch.manual_seed(0)
    images, labels = torch.rand(6, 4), torch.tensor([0, 1, 0, 1, 1, 0])
    network = nn.Sequential(
        nn.Linear(4, 3), nn.BatchNorm1d(3, affine=False, track_running_stats=False), nn.Linear(3, 2)
    )
    options = recipe("tutorial", optimizer="sgd", precision="float32")
    alone = step(network, options, images, labels, Share())
    for worker in Threads(2).run(lambda share: step(network, options, images, labels, share)):
        assert torch.allclose(worker[1], alone[1], rtol=1e-4, atol=1e-6)


def test_shares_cover_all_places_once():
    for count in (3, 7, 256):
        parts = [range(count)[Share(rank, 3).of(count)] for rank in range(3)]
        assert [place for part in parts for place in part] == list(range(count))
        assert max(map(len, parts)) - min(map(len, parts)) <= 1
