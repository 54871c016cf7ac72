"""JAX: the data on the device, a whole epoch in one jitted lax.scan, Adam written out as ours is.
Arrangements:

scan                 max-pooling by reduce_window
scan reshaped pool   max-pooling as a maximum over two axes of a reshaped image: its gradient is
                     much cheaper
steps reshaped pool  every step a call of its own: XLA has slower convolutions within a loop
vmap                 as the latter, for two trials at once in one program (seconds are of both)
"""

import math

import jax
import numpy
from jax import lax
from jax import numpy as jnp

import common

LEARNING_RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7
TRIALS_AT_ONCE = 2


def pool(x, size, reshaped):
    if not reshaped:
        window = (1, size, size, 1)
        return lax.reduce_window(x, -jnp.inf, lax.max, window, window, "VALID")
    n, height, width, channels = x.shape
    x = x[:, : height // size * size, : width // size * size]
    return x.reshape(n, height // size, size, width // size, size, channels).max((2, 4))


def logits_of(layers, reshaped, weights, x, key):
    """Without a key there is no dropout."""
    weights = iter(weights)
    for place, (kind, *arguments) in enumerate(layers):
        if kind == "conv":
            kernel, bias = next(weights), next(weights)
            names = ("NHWC", "HWIO", "NHWC")
            x = lax.conv_general_dilated(x, kernel, (1, 1), "VALID", dimension_numbers=names)
            x = jax.nn.relu(x + bias)
        elif kind == "pool":
            x = pool(x, arguments[0], reshaped)
        elif kind == "flatten":
            x = x.reshape(len(x), -1)
        elif kind == "dense":
            kernel, bias = next(weights), next(weights)
            x = x @ kernel + bias
            x = jax.nn.relu(x) if arguments[1] == "relu" else x
        elif kind == "dropout" and key is not None and arguments[0] > 0:
            keep = 1 - arguments[0]
            mask = jax.random.bernoulli(jax.random.fold_in(key, place), keep, x.shape)
            x = jnp.where(mask, x / keep, 0)
    return x


def make_step(job, images, labels):
    layers, reshaped = job["layers"], job["arrangement"] != "scan"
    drops = any(kind == "dropout" for kind, *_ in layers)

    def loss_of(weights, x, y, key):
        logs = jax.nn.log_softmax(logits_of(layers, reshaped, weights, x, key))
        return -jnp.take_along_axis(logs, y[:, None], 1).mean()

    def step(state, rows):
        weights, first, second, taken, key = state
        step_key = jax.random.fold_in(key, taken) if drops else None
        loss, gradients = jax.value_and_grad(loss_of)(weights, images[rows], labels[rows], step_key)
        taken = taken + 1
        t = taken.astype(jnp.float32)
        rate = LEARNING_RATE * jnp.sqrt(1 - BETA_2**t) / (1 - BETA_1**t)
        first = [BETA_1 * m + (1 - BETA_1) * g for m, g in zip(first, gradients)]
        second = [BETA_2 * v + (1 - BETA_2) * g * g for v, g in zip(second, gradients)]
        weights = [
            w - rate * m / (jnp.sqrt(v) + EPSILON) for w, m, v in zip(weights, first, second)
        ]
        return (weights, first, second, taken, key), loss * len(rows)

    return step


def make_epoch(step, batch):
    def epoch(state, order):
        """All full batches in one loop, then what is left."""
        full = len(order) // batch * batch
        state, losses = lax.scan(step, state, order[:full].reshape(-1, batch))
        total = losses.sum()
        if full < len(order):
            state, loss = step(state, order[full:])
            total += loss
        return state, total / len(order)

    return epoch


def make_loop(step, batch):
    """As make_epoch, but only the steps are compiled."""
    step = jax.jit(step, donate_argnums=0)

    def epoch(state, order):
        total = jnp.float32(0)
        for begin in range(0, len(order), batch):
            state, loss = step(state, order[begin : begin + batch])
            total += loss
        return state, total / len(order)

    return epoch


def main():
    job = common.read_job()
    start = common.Start(job["start"])
    several = job["arrangement"] == "vmap"

    def as_input(images):
        return images.reshape(-1, *start.shape) if common.is_image_model(job["layers"]) else images

    images = jax.device_put(as_input(start.train))
    labels = jax.device_put(start.train_labels.astype(numpy.int32))
    weights = [jnp.asarray(array) for _, array in start.weights()]
    zeros = [jnp.zeros_like(w) for w in weights]
    # The generator that is cheap on this device.
    state = (weights, zeros, [z.copy() for z in zeros], jnp.int32(0), jax.random.key(0, impl="rbg"))
    by_steps = job["arrangement"].startswith("steps")
    make = make_loop if by_steps else make_epoch
    epoch_of = make(make_step(job, images, labels), job["batch"])
    if several:
        state = jax.tree.map(lambda a: jnp.stack([a] * TRIALS_AT_ONCE), state)
        epoch_of = jax.vmap(epoch_of, in_axes=(0, None))
    if not by_steps:
        epoch_of = jax.jit(epoch_of, donate_argnums=0)
    as_order = numpy.asarray if by_steps else jnp.asarray
    orders = {e: as_order(start.order(e)) for e in range(1, job["epochs"] + 1)}
    common.say_setup({"jax": jax.__version__})

    def train_epoch(epoch):
        nonlocal state
        state, loss = epoch_of(state, orders[epoch])
        jax.block_until_ready(state)
        return numpy.ravel(numpy.asarray(loss))[0]

    common.run_epochs(job, train_epoch)
    probabilities_of = jax.jit(
        lambda w, x: jax.nn.softmax(logits_of(job["layers"], True, w, x, None))
    )

    def predict(test):
        parts = numpy.split(as_input(test), math.ceil(len(test) / 1000))
        return numpy.concatenate([numpy.asarray(probabilities_of(state[0], x)) for x in parts])

    common.run_evaluations(job, start, predict)


main()
