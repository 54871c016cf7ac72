#!/usr/bin/env python3
"""Writes torch_ops.json: inputs and results of operations as PyTorch computes them in float64.

Run once, with Debian's python3-torch:  /usr/bin/python3 tests/reference/make_torch_values.py
tests/ops/torch_test.cpp reads the file. Shapes are ours: images [batch, height, width, channels], kernels
[height, width, in, out]; PyTorch's own orders are converted here. All inputs are multiples of 1/64, so that they are the
same numbers in float32 and float64.
"""
import json
import os
import platform

import torch
import torch.nn.functional as F

torch.manual_seed(20240517)
torch.set_num_threads(1)
cases = []


def draw(*sizes):
    return (torch.randint(-128, 129, sizes) / 64.0).double()


def tensor(value):
    kind = "float" if value.is_floating_point() else "int"
    return {"shape": list(value.shape), "type": kind, "values": value.reshape(-1).tolist()}


def add(op, inputs, output, **attributes):
    cases.append({"op": op, "inputs": [tensor(x.detach()) for x in inputs], "attributes": attributes,
                  "output": tensor(output.detach())})


def images(x):  # NCHW -> NHWC
    return x.permute(0, 2, 3, 1).contiguous()


def kernels(w):  # OIHW -> HWIO
    return w.permute(2, 3, 1, 0).contiguous()


def window(size, stride, padding, image=None):
    result = {"window": list(size), "stride": list(stride), "pad": list(padding)}
    if image is not None:
        result["input_shape"] = list(image.shape)
    return result


for name, function in {"exp": torch.exp, "tanh": torch.tanh, "sigmoid": torch.sigmoid, "softplus": F.softplus,
                       "erf": torch.erf, "abs": torch.abs, "sign": torch.sign}.items():
    x = draw(37) * 3
    add(name, [x], function(x))
for name, function in {"log": torch.log, "sqrt": torch.sqrt}.items():
    x = draw(37).abs() + 1 / 64
    add(name, [x], function(x))

for sizes in ([5, 10], [3, 4, 7]):
    x = draw(*sizes) * 4
    add("softmax", [x], torch.softmax(x, -1))
    add("log_softmax", [x], torch.log_softmax(x, -1))
big = torch.tensor([[1000.0, 999.0, -1000.0], [-1e4, -1e4, -1e4]]).double()
add("softmax", [big], torch.softmax(big, -1))
add("log_softmax", [big], torch.log_softmax(big, -1))

# Cross entropy, in our pieces: log_softmax, pick, mean, negate.
x, target = draw(11, 10) * 3, torch.randint(0, 10, (11,), dtype=torch.int32)
add("cross_entropy", [x, target], F.cross_entropy(x, target.long()))

a, b = draw(7, 13), draw(13, 5)
add("matmul", [a, b], a @ b, transpose_lhs=False, transpose_rhs=False)
add("matmul", [a.T.contiguous(), b.T.contiguous()], a @ b, transpose_lhs=True, transpose_rhs=True)

for batch, height, width, channels, filters, size, stride, padding in [
        (2, 8, 8, 1, 4, (3, 3), (1, 1), (0, 0)), (2, 7, 9, 3, 5, (3, 2), (2, 1), (1, 0)),
        (1, 11, 11, 2, 17, (5, 5), (3, 3), (2, 2)), (3, 6, 6, 4, 3, (1, 1), (2, 2), (0, 0))]:
    x = draw(batch, channels, height, width).requires_grad_()
    w = draw(filters, channels, *size).requires_grad_()
    y = F.conv2d(x, w, stride=stride, padding=padding)
    g = draw(*y.shape)
    y.backward(g)
    plain = window(size, stride, padding)
    add("conv2d", [images(x), kernels(w)], images(y), **plain)
    add("conv2d_grad_input", [images(g), kernels(w)], images(x.grad), **window(size, stride, padding, images(x)))
    add("conv2d_grad_kernel", [images(x), images(g)], kernels(w.grad), **plain)

for height, width, channels, size, stride, padding in [
        (6, 6, 3, (2, 2), (2, 2), (0, 0)), (7, 8, 5, (3, 3), (2, 2), (1, 1)), (9, 5, 2, (3, 2), (1, 1), (1, 1))]:
    x = draw(2, channels, height, width).requires_grad_()
    y = F.max_pool2d(x, size, stride, padding)
    g = draw(*y.shape)
    y.backward(g)
    add("max_pool2d", [images(x)], images(y), **window(size, stride, padding))
    add("max_pool2d_grad", [images(x), images(g)], images(x.grad), **window(size, stride, padding))
    x = draw(2, channels, height, width).requires_grad_()
    y = F.avg_pool2d(x, size, stride, padding, count_include_pad=False)
    y.backward(g)
    add("avg_pool2d", [images(x)], images(y), **window(size, stride, padding))
    add("avg_pool2d_grad", [images(g)], images(x.grad), **window(size, stride, padding, images(x)))

made = {"by": "tests/reference/make_torch_values.py", "torch": torch.__version__, "python": platform.python_version()}
path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_ops.json")
with open(path, "w") as file:
    file.write('{"made": ' + json.dumps(made) + ',\n"cases": [\n')
    file.write(",\n".join(json.dumps(case) for case in cases))
    file.write("\n]}\n")
print(len(cases), "cases")
