"""PyTorch: tensors in memory, no loader, the fused Adam, denormals flushed. Arrangements:

eager                    as everybody writes it
eager channels_last      convolutions over images whose channels lie together
compiled                 torch.compile of model and loss; the fused Adam as it is
compiled channels_last   both
compiled step            gather, forward, backward and Adam in one compiled function
"""

import numpy
import torch
from torch import nn
from torch.nn import functional

import common

LEARNING_RATE, BETA_1, BETA_2, EPSILON = 1e-3, 0.9, 0.999, 1e-7


class ChannelsLastFlatten(nn.Module):
    """Height, width, channels: no copy where images lie so, and the order of our own dense
    kernels."""

    def forward(self, images):
        return images.permute(0, 2, 3, 1).flatten(1)


def make_model(layers, shape, channels_last):
    """Layers without weights yet; the last softmax is the loss's."""
    modules, features, image = [], int(numpy.prod(shape)), list(shape)
    for kind, *arguments in layers:
        if kind == "conv":
            channels, window = arguments
            modules += [nn.Conv2d(image[2], channels, window), nn.ReLU()]
            image = [image[0] - window + 1, image[1] - window + 1, channels]
        elif kind == "pool":
            modules.append(nn.MaxPool2d(arguments[0]))
            image = [image[0] // arguments[0], image[1] // arguments[0], image[2]]
        elif kind == "flatten":
            features = int(numpy.prod(image))
            if common.is_image_model(layers):
                modules.append(ChannelsLastFlatten() if channels_last else nn.Flatten())
        elif kind == "dense":
            modules.append(nn.Linear(features, arguments[0]))
            features = arguments[0]
            if arguments[1] == "relu":
                modules.append(nn.ReLU())
        elif kind == "dropout":
            modules.append(nn.Dropout(arguments[0]))
    return nn.Sequential(*modules)


def fill(model, weights, channels_last):
    """Our kernels are [in, out] and [height, width, in, out], and flatten height, width,
    channels."""
    weights = [array for _, array in weights]
    image = None
    with torch.no_grad():
        for module in model:
            if isinstance(module, nn.Conv2d):
                kernel, bias = weights.pop(0), weights.pop(0)
                image = kernel.shape[3]
                module.weight.copy_(torch.from_numpy(kernel.transpose(3, 2, 0, 1).copy()))
                module.bias.copy_(torch.from_numpy(bias))
            elif isinstance(module, nn.Linear):
                kernel, bias = weights.pop(0), weights.pop(0)
                if image and not channels_last:
                    pixels = kernel.shape[0] // image
                    kernel = (
                        kernel.reshape(pixels, image, -1).transpose(1, 0, 2).reshape(kernel.shape)
                    )
                image = None
                module.weight.copy_(torch.from_numpy(kernel.T.copy()))
                module.bias.copy_(torch.from_numpy(bias))


def fused_steps(model, images, labels, compiled):
    """One training step with autograd and the fused Adam."""
    optimizer = torch.optim.Adam(
        model.parameters(), LEARNING_RATE, (BETA_1, BETA_2), EPSILON, fused=True
    )

    def loss_of(x, y):
        return functional.cross_entropy(model(x), y)

    if compiled:
        loss_of = torch.compile(loss_of)

    def step(rows):
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(images.index_select(0, rows), labels.index_select(0, rows))
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def one_function_steps(model, images, labels):
    """The whole step in one compiled function, Adam written out as ours is."""
    weights = {name: value.detach() for name, value in model.named_parameters()}
    first = {name: torch.zeros_like(value) for name, value in weights.items()}
    second = {name: torch.zeros_like(value) for name, value in weights.items()}
    taken = torch.zeros(())

    def loss_of(weights, x, y):
        return functional.cross_entropy(torch.func.functional_call(model, weights, (x,)), y)

    def step(rows):
        x, y = images.index_select(0, rows), labels.index_select(0, rows)
        gradients, loss = torch.func.grad_and_value(loss_of)(weights, x, y)
        taken.add_(1)
        rate = LEARNING_RATE * (1 - BETA_2**taken).sqrt() / (1 - BETA_1**taken)
        for name, gradient in gradients.items():
            first[name].mul_(BETA_1).add_(gradient * (1 - BETA_1))
            second[name].mul_(BETA_2).add_(gradient * gradient * (1 - BETA_2))
            weights[name].sub_(rate * first[name] / (second[name].sqrt() + EPSILON))
        return loss

    return torch.compile(step, options={"cpp_wrapper": True})


def main():
    job = common.read_job()
    arrangement = job["arrangement"]
    torch.set_num_threads(job["threads"])
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    start = common.Start(job["start"])
    channels_last = "channels_last" in arrangement
    model = make_model(job["layers"], start.shape, channels_last)
    fill(model, start.weights(), channels_last)

    def as_input(images):
        tensor = torch.from_numpy(images)
        if not common.is_image_model(job["layers"]):
            return tensor
        height, width, channels = start.shape
        tensor = tensor.reshape(-1, height, width, channels).permute(0, 3, 1, 2)
        form = torch.channels_last if channels_last else torch.contiguous_format
        return tensor.contiguous(memory_format=form)

    if channels_last:
        model = model.to(memory_format=torch.channels_last)
    model.train()
    images, labels = as_input(start.train), torch.from_numpy(start.train_labels)
    if arrangement == "compiled step":
        step = one_function_steps(model, images, labels)
    else:
        step = fused_steps(model, images, labels, arrangement.startswith("compiled"))
    orders = {e: torch.from_numpy(start.order(e)) for e in range(1, job["epochs"] + 1)}
    common.say_setup({"torch": torch.__version__})

    def train_epoch(epoch):
        total = torch.zeros(())
        for rows in orders[epoch].split(job["batch"]):
            total += step(rows) * len(rows)
        return total.item() / len(orders[epoch])

    common.run_epochs(job, train_epoch)

    def predict(test):
        with torch.inference_mode():
            parts = as_input(test).split(1000)
            return torch.cat([functional.softmax(model(part), 1) for part in parts]).numpy()

    model.eval()
    common.run_evaluations(job, start, predict)


main()
