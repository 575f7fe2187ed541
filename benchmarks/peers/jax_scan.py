"""The founding network in plain JAX: an epoch is one compiled `lax.scan` over its batches."""

import json
import sys
import time

import jax
import jax.numpy as jnp
import numpy as np

data_file, epochs, out = sys.argv[1], int(sys.argv[2]), sys.argv[3]
BATCH, RATE, BETA1, BETA2, EPSILON = 128, 0.002, 0.9, 0.999, 1e-8
SIZES = (784, 128, 128, 10)
data = np.load(data_file)
x_train, y_train = jnp.asarray(data["x_train"].reshape(-1, 784)), jnp.asarray(data["y_train"].astype(np.int32))
x_test, y_test = jnp.asarray(data["x_test"].reshape(-1, 784)), data["y_test"]


def logits(weights, images):
    values = images.astype(jnp.float32) / 255
    for matrix, bias in weights[:-1]:
        values = jax.nn.relu(values @ matrix + bias)
    matrix, bias = weights[-1]
    return values @ matrix + bias


def loss(weights, images, labels):
    return -jnp.take_along_axis(jax.nn.log_softmax(logits(weights, images)), labels[:, None], 1).mean()


def step(state, batch):
    weights, first, second, count = state
    gradients = jax.grad(loss)(weights, x_train[batch], y_train[batch])
    count = count + 1
    first = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, first, gradients)
    second = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, second, gradients)
    rate = RATE * jnp.sqrt(1 - BETA2**count) / (1 - BETA1**count)
    weights = jax.tree.map(lambda w, m, v: w - rate * m / (jnp.sqrt(v) + EPSILON), weights, first, second)
    return (weights, first, second, count), None


@jax.jit
def epoch(state, order):
    return jax.lax.scan(step, state, order)[0]


random = np.random.default_rng(0)
weights = [
    (jnp.asarray(random.normal(0, (2 / a) ** 0.5, (a, b)), jnp.float32), jnp.zeros(b)) for a, b in zip(SIZES, SIZES[1:])
]
zeros = jax.tree.map(jnp.zeros_like, weights)
state = (weights, zeros, zeros, jnp.zeros(()))
started = time.perf_counter()
for _ in range(epochs):
    order = random.permutation(len(x_train))[: len(x_train) // BATCH * BATCH].reshape(-1, BATCH)
    state = jax.block_until_ready(epoch(state, order))
seconds = time.perf_counter() - started
answers = np.asarray(jax.jit(logits)(state[0], x_test).argmax(1))
np.savez(f"{out}.npz", *jax.tree.leaves(state[0]))
print(json.dumps({"accuracy": float((answers == y_test).mean()), "training_seconds": seconds}))
