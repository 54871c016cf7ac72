"""The works: what is trained, as a .nn file for us and as a list of layers for the peers."""

import math
import pathlib
from dataclasses import dataclass

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "works"


@dataclass(frozen=True)
class Work:
    name: str
    layers: list
    batch: int = 32
    text: str = ""  # of the program; empty: works/<name>.nn

    @property
    def has_convolutions(self):
        return any(layer[0] == "conv" for layer in self.layers)

    @property
    def has_dropout(self):
        return any(layer[0] == "dropout" and layer[1] > 0 for layer in self.layers)

    def program(self):
        return self.text or (FOLDER / f"{self.name}.nn").read_text()


def dense_model(hidden, rate=0.0):
    layers = [["flatten"]]
    for units in hidden:
        layers.append(["dense", units, "relu"])
        if rate > 0:
            layers.append(["dropout", rate])
    return layers + [["dense", 10, "softmax"]]


def convolution_model(blocks):
    block = [["conv", 32, 3], ["pool", 2]]
    return block * blocks + [["flatten"], ["dense", 256, "relu"], ["dense", 10, "softmax"]]


WORKS = {
    work.name: work
    for work in (
        Work("mlp_1", dense_model([256])),
        Work("mlp_2", dense_model([256, 128], 0.2)),
        Work("conv_1", convolution_model(1)),
        Work("conv_2", convolution_model(2)),
        Work("conv_3", convolution_model(3)),
    )
}
LARGE = Work("mlp_large", dense_model([4096, 4096]), batch=512)


def walk(layers, shape):
    """(kind, input shape, output shape, kernel shape or None) of every layer; shapes are [height,
    width, channels] or [features]."""
    steps, now = [], list(shape)
    for kind, *arguments in layers:
        before, kernel = now, None
        if kind == "conv":
            channels, window = arguments
            kernel = [window, window, now[2], channels]
            now = [now[0] - window + 1, now[1] - window + 1, channels]
        elif kind == "pool":
            now = [now[0] // arguments[0], now[1] // arguments[0], now[2]]
        elif kind == "flatten":
            now = [math.prod(now)]
        elif kind == "dense":
            kernel, now = [now[0], arguments[0]], [arguments[0]]
        steps.append((kind, before, now, kernel))
    return steps


def check_shapes(work, manifest):
    """The table above and the program must mean the same network."""
    expected = []
    for _, _, _, kernel in walk(work.layers, manifest["sample_shape"]):
        if kernel:
            expected += [kernel, [kernel[-1]]]
    found = [parameter["shape"] for parameter in manifest["parameters"]]
    if found != expected:
        raise SystemExit(
            f"{work.name}: the program has weights {found}, the table of works {expected}"
        )


def flops_per_sample(work, shape=(28, 28, 1)):
    """Of the products of one training step: forward, gradient of the kernels, gradient of the
    inputs but the first; two for a multiplication with its addition."""
    total, first = 0, True
    for kind, _, output, kernel in walk(work.layers, shape):
        if not kernel:
            continue
        places = output[0] * output[1] if kind == "conv" else 1
        total += 2 * places * math.prod(kernel) * (2 if first else 3)
        first = False
    return total
