#!/usr/bin/env python3
"""Writes torch_stdlib.json: small networks of the standard library as PyTorch computes them in float64.

Run once, with Debian's python3-torch:  /usr/bin/python3 tests/reference/make_stdlib_values.py
tests/stdlib/reference_cases.cpp holds the .nn text of every case under the same name. Shapes are ours: images
[batch, height, width, channels], kernels [height, width, in, out]; PyTorch's own orders are converted here.

A case has features, labels, the first values of slots, and what a step of training must give: prediction, loss, gradients
and slots after it. `probe_1.offset` is added to the features, so that its gradient is that of the input, summed over the
batch. Without labels the loss is half the sum of the squared predictions.
"""
import json
import os
import platform

import torch
import torch.nn.functional as F

torch.manual_seed(20250611)
torch.set_num_threads(1)
torch.set_default_dtype(torch.float64)
cases = {}


def draw(*sizes):
    """Multiples of 1/64 off the integers, where activations bend."""
    return (torch.randint(-128, 128, sizes) + 0.5) / 64.0


def distinct(*sizes):
    """All different, so that no maximum is a tie."""
    count = 1
    for size in sizes:
        count *= size
    return ((torch.randperm(count) - count / 2) / 32.0).reshape(sizes)


def tensor(value):
    return {"shape": list(value.shape), "values": value.detach().reshape(-1).tolist()}


def tensors(values):
    return {name: tensor(value) for name, value in values.items()}


def step_result(prediction, loss, slots):
    return {"prediction": tensor(prediction), "loss": loss.item(),
            "gradients": {name: tensor(value.grad) for name, value in slots.items()}}


def add(name, features, slots, forward, loss=None, labels=None, classes=2, evaluated=None):
    """One step without an optimizer."""
    for value in slots.values():
        value.requires_grad_(True)
        value.grad = None
    prediction = forward(features, slots)
    loss_value = loss(prediction, labels, slots) if loss else 0.5 * (prediction ** 2).sum()
    loss_value.backward()
    case = {"features": tensor(features), "labels": [] if labels is None else labels.tolist(), "classes": classes,
            "slots": tensors(slots), "training": [step_result(prediction, loss_value, slots)]}
    if evaluated is not None:
        case["evaluation"] = {"prediction": tensor(evaluated(features, slots))}
    cases[name] = case


def nchw(x):
    return x.permute(0, 3, 1, 2)


def nhwc(x):
    return x.permute(0, 2, 3, 1)


def same(x, window, stride, value=0.0):
    """Keras's `same`: ceil(size / stride) results, the odd pixel of padding after the image. x is NCHW."""
    pads = []
    for axis in (3, 2):
        size, k, s = x.shape[axis], window[axis - 2], stride[axis - 2]
        total = max((-(-size // s) - 1) * s + k - size, 0)
        pads += [total // 2, total - total // 2]
    return F.pad(x, pads, value=value)


# ---- activations (F.hardsigmoid takes a sixth in float32 for its gradient)
x = torch.cat([draw(1, 40) * 2, torch.tensor([[-9.25, 9.25, -30.5, 30.5, 1 / 128, -1 / 128]])], 1)
for name, function in {
    "linear": lambda v: v * 1, "relu": F.relu, "relu6": F.relu6, "leaky_relu": lambda v: F.leaky_relu(v, 0.3),
    "leaky_relu with a slope": lambda v: F.leaky_relu(v, 0.125), "elu": F.elu, "elu with alpha": lambda v: F.elu(v, 0.75),
    "selu": F.selu, "gelu": F.gelu, "silu": F.silu, "mish": F.mish, "softsign": F.softsign,
    "hard_sigmoid": lambda v: F.relu6(v + 3) / 6, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": lambda v: F.softplus(v, 1, 1e9),
    "softmax": lambda v: F.softmax(v, -1),
}.items():
    add(name, x, {"probe_1.offset": torch.zeros(x.shape[1])}, lambda v, s, f=function: f(v + s["probe_1.offset"]))

# ---- layers
flat = draw(3, 7)


def dense_slots(inputs, units, bias=True):
    slots = {"probe_1.offset": draw(inputs), "dense_1.kernel": draw(inputs, units)}
    if bias:
        slots["dense_1.bias"] = draw(units)
    return slots


def dense(v, s):
    return (v + s["probe_1.offset"]) @ s["dense_1.kernel"] + s.get("dense_1.bias", 0)


add("dense", flat, dense_slots(7, 5), dense)
add("dense with an activation", flat, dense_slots(7, 5), lambda v, s: F.silu(dense(v, s)))
add("dense without a bias", flat, dense_slots(7, 4, False), dense)

pictures = draw(2, 7, 6, 3)
add("flatten", pictures, dense_slots(126, 2), lambda v, s: (v + s["probe_1.offset"].reshape(7, 6, 3)).reshape(2, -1)
    @ s["dense_1.kernel"] + s["dense_1.bias"])
cases["flatten"]["slots"]["probe_1.offset"]["shape"] = [7, 6, 3]


def add_convolution(name, window, stride, pad, bias=True, activation=lambda v: v):
    slots = {"probe_1.offset": draw(7, 6, 3), "conv2d_1.kernel": draw(*window, 3, 4)}
    if bias:
        slots["conv2d_1.bias"] = draw(4)

    def forward(v, s):
        image = nchw(v + s["probe_1.offset"])
        if pad == "same":
            image = same(image, window, stride)
        return nhwc(activation(F.conv2d(image, s["conv2d_1.kernel"].permute(3, 2, 0, 1), s.get("conv2d_1.bias"), stride)))

    add(name, pictures, slots, forward)


add_convolution("conv2d valid", (3, 2), (1, 1), "valid")
add_convolution("conv2d same", (3, 2), (1, 1), "same")
add_convolution("conv2d with a stride", (3, 3), (2, 3), "valid", activation=torch.tanh)
add_convolution("conv2d same with a stride", (4, 3), (2, 2), "same", bias=False)


def add_pool(name, image_size, function):
    add(name, distinct(2, *image_size), {"probe_1.offset": torch.zeros(image_size)},
        lambda v, s: nhwc(function(nchw(v + s["probe_1.offset"]))))


def average_same(v, window, stride):
    """The mean of what lies inside the image."""
    inside = F.avg_pool2d(same(torch.ones_like(v), window, stride), window, stride)
    return F.avg_pool2d(same(v, window, stride), window, stride) / inside


add_pool("maxpool2d", (7, 6, 3), lambda v: F.max_pool2d(v, 2))
add_pool("maxpool2d with overlap", (7, 6, 3), lambda v: F.max_pool2d(v, (3, 2), (2, 1)))
add_pool("maxpool2d same", (7, 6, 3), lambda v: F.max_pool2d(same(v, (3, 3), (2, 2), -float("inf")), 3, 2))
add_pool("avgpool2d", (7, 6, 3), lambda v: F.avg_pool2d(v, 2))
add_pool("avgpool2d with overlap", (7, 6, 3), lambda v: F.avg_pool2d(v, (3, 2), (2, 1)))
add_pool("avgpool2d same", (7, 6, 3), lambda v: average_same(v, (3, 3), (2, 2)))
add("global_average_pool", pictures, {"probe_1.offset": draw(7, 6, 3)},
    lambda v, s: (v + s["probe_1.offset"]).mean((1, 2)))


def add_norm(name, features, epsilon):
    channels = features.shape[-1]
    slots = {"probe_1.offset": draw(*features.shape[1:]), "batch_norm_1.scale": draw(channels),
             "batch_norm_1.shift": draw(channels)}
    kept = {"batch_norm_1.running_mean": draw(channels), "batch_norm_1.running_variance": draw(channels).abs() + 0.5}

    def forward(v, s, training=True):
        rows = (v + s["probe_1.offset"]).reshape(-1, channels)
        mean, variance = (k.clone() for k in kept.values())
        return F.batch_norm(rows, mean, variance, s["batch_norm_1.scale"], s["batch_norm_1.shift"], training=training,
                            eps=epsilon).reshape(features.shape)

    add(name, features, slots, forward, evaluated=lambda v, s: forward(v, s, False))
    cases[name]["slots"].update(tensors(kept))


add_norm("batch_norm of vectors", draw(5, 7), 0.001)
add_norm("batch_norm of images", draw(3, 4, 5, 2), 0.0625)

# ---- losses: row i of the kernel is what is predicted for sample i, before the last activation
samples = torch.eye(6)


def add_loss(name, scores, labels, classes, activation, loss):
    add(name, samples, {"dense_1.kernel": scores}, lambda v, s: activation(v @ s["dense_1.kernel"]),
        loss=lambda p, target, s: loss(p, s["dense_1.kernel"], target), labels=labels, classes=classes)


labels4 = torch.tensor([0, 3, 1, 2, 3, 3])
scores4 = draw(6, 4) * 2
steep4 = draw(6, 4) * 400
one_hot4 = F.one_hot(labels4, 4).double()
softmax = lambda v: F.softmax(v, -1)
for name in ("cross_entropy", "categorical_cross_entropy"):
    add_loss(name, scores4.clone(), labels4, 4, softmax, lambda p, x, t: F.cross_entropy(x, t))
    add_loss(name + " of steep scores", steep4.clone(), labels4, 4, softmax, lambda p, x, t: F.cross_entropy(x, t))
add_loss("mse", scores4.clone(), labels4, 4, softmax, lambda p, x, t: F.mse_loss(p, one_hot4))
add_loss("mae", scores4.clone(), labels4, 4, lambda v: v * 1, lambda p, x, t: F.l1_loss(p, one_hot4))
labels2 = torch.tensor([0, 1, 1, 0, 1, 0])
truth2 = labels2.double().reshape(6, 1)
add_loss("binary_cross_entropy", draw(6, 1) * 2, labels2, 2, torch.sigmoid,
         lambda p, x, t: F.binary_cross_entropy(p, truth2))
# Beyond 1e-7 Keras holds the probability: a wrong answer costs -log(1e-7) and has no gradient.
add_loss("binary_cross_entropy of steep scores", torch.tensor([[30.0], [-30.0], [20.0], [-20.0], [1.5], [-1.5]]), labels2, 2,
         torch.sigmoid, lambda p, x, t: F.binary_cross_entropy(p.clamp(1e-7, 1 - 1e-7), truth2))

# ---- optimizers: five steps of a softmax regression
points, classes3 = draw(4, 3), torch.tensor([2, 0, 1, 2])
first = {"dense_1.kernel": draw(3, 3), "dense_1.bias": draw(3)}


def add_optimizer(name, make):
    slots = {key: value.clone().requires_grad_(True) for key, value in first.items()}
    optimizer = make(list(slots.values()))
    steps = []
    for _ in range(5):
        optimizer.zero_grad()
        scores = points @ slots["dense_1.kernel"] + slots["dense_1.bias"]
        loss = F.cross_entropy(scores, classes3)
        loss.backward()
        result = step_result(softmax(scores), loss, slots)
        optimizer.step()
        steps.append({**result, "slots": tensors(slots)})
    cases[name] = {"features": tensor(points), "labels": classes3.tolist(), "classes": 3, "slots": tensors(first),
                   "training": steps}


# Adam's epsilon stands elsewhere in Keras: here it is so small that the place does not matter; where it does, the
# trajectories are those of plain loops in optimizer_cases.cpp.
optim = torch.optim
add_optimizer("sgd", lambda p: optim.SGD(p, 0.25))
add_optimizer("sgd with momentum", lambda p: optim.SGD(p, 0.25, momentum=0.75))
add_optimizer("sgd with Nesterov's momentum", lambda p: optim.SGD(p, 0.25, momentum=0.75, nesterov=True))
add_optimizer("adam without epsilon", lambda p: optim.Adam(p, 0.125, (0.75, 0.875), eps=1e-30))
add_optimizer("adam with the usual rates", lambda p: optim.Adam(p, 0.001, eps=1e-30))
add_optimizer("adamw without epsilon", lambda p: optim.AdamW(p, 0.125, (0.75, 0.875), eps=1e-30, weight_decay=0.25))
add_optimizer("rmsprop", lambda p: optim.RMSprop(p, 0.125, 0.75, eps=0.0625))
add_optimizer("rmsprop with momentum", lambda p: optim.RMSprop(p, 0.125, 0.75, eps=0.0625, momentum=0.5))

made = {"by": "tests/reference/make_stdlib_values.py", "torch": torch.__version__, "python": platform.python_version()}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_stdlib.json")
with open(path, "w", encoding="utf-8") as file:
    body = ",\n".join(json.dumps(name) + ": " + json.dumps(case) for name, case in cases.items())
    file.write('{"made": ' + json.dumps(made) + ',\n"cases": {\n' + body + "\n}}\n")
