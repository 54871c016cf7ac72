"""Single 3x3 convolutions in JAX: forward, gradient of the input, of the kernel, and both gradients
in one compiled function. The same job as conv_torch.py; the arrangement is `jit`."""

import jax
import numpy
from jax import lax
from jax import numpy as jnp

import common


def convolve(x, w):
    return lax.conv_general_dilated(
        x, w, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
    )


def main():
    job = common.read_job()
    common.say_setup({"jax": jax.__version__})
    random = numpy.random.default_rng(0)
    for name, size, channels in job["cases"]:
        shape = (job["batch"], size, size, channels)
        x, g = (jnp.asarray(random.random(shape, numpy.float32) - 0.5) for _ in range(2))
        w = jnp.asarray(random.random((3, 3, channels, channels), numpy.float32) - 0.5)
        parts = {
            "forward": jax.jit(convolve),
            "grad_kernel": jax.jit(lambda x, w: jax.vjp(lambda k: convolve(x, k), w)[1](g)),
            "grad_input": jax.jit(lambda x, w: jax.vjp(lambda i: convolve(i, w), x)[1](g)),
            "gradients": jax.jit(lambda x, w: jax.vjp(convolve, x, w)[1](g)),
        }
        measured = {
            part: common.times_of(
                lambda: jax.block_until_ready(work(x, w)), job["rounds"], job["calls"]
            )
            for part, work in parts.items()
        }
        common.say(case=name, **measured)


main()
