#!/usr/bin/python3
"""Trains the models of three_models.nn with nnc and with PyTorch (Debian's python3-torch) and compares the mean
test accuracy over five seeds. Ends with 1 if a model differs by more than 0.4 points.

    tests/compare/compare_with_torch.py build/release/nnc [--torch-results FILE] [--store DIR] [--only MODEL] [--jobs N]

PyTorch's side takes most of the time; with --torch-results it is kept in FILE and, where FILE has it, not trained
again. Both sides have the same recipe: min-max scaling, U(-0.05, 0.05) for dense kernels, Glorot uniform for
convolutions, biases 0, Adam (lr 1e-3, epsilon 1e-7), batch 32, 10 epochs, all 60,000 / 10,000 images.
"""
import argparse
import gzip
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile

import numpy
import torch

FOLDER = pathlib.Path("/usr/share/datasets/fashion-mnist")
HERE = pathlib.Path(__file__).resolve().parent
EPOCHS, SEEDS, BATCH = 10, 5, 32
MODELS = ["baseline", "dropout", "two_blocks"]
LIMIT = 0.4  # points


def read_idx(name):
    with gzip.open(FOLDER / name) as file:
        data = file.read()
    axes = data[3]
    shape = [int.from_bytes(data[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    return numpy.frombuffer(data, numpy.uint8, offset=4 + 4 * axes).reshape(shape)


def load():
    train = read_idx("train-images-idx3-ubyte.gz").reshape(60000, 784).astype(numpy.float32)
    test = read_idx("t10k-images-idx3-ubyte.gz").reshape(10000, 784).astype(numpy.float32)
    low, high = train.min(axis=0), train.max(axis=0)
    width = numpy.where(high > low, high - low, 1)
    labels = [torch.tensor(read_idx(f"{part}-labels-idx1-ubyte.gz").astype(numpy.int64)) for part in ("train", "t10k")]
    return torch.tensor((train - low) / width), labels[0], torch.tensor((test - low) / width), labels[1]


def make(name):
    nn = torch.nn
    if name == "baseline":
        model = nn.Sequential(nn.Linear(784, 256), nn.ReLU(), nn.Linear(256, 10))
    elif name == "dropout":
        model = nn.Sequential(
            nn.Linear(784, 256), nn.ReLU(), nn.Dropout(0.2),
            nn.Linear(256, 128), nn.ReLU(), nn.Dropout(0.2), nn.Linear(128, 10))
    else:
        model = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)), nn.Conv2d(1, 32, 3), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(32, 32, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
            nn.Linear(800, 256), nn.ReLU(), nn.Linear(256, 10))
    for layer in model:
        if isinstance(layer, nn.Linear):
            nn.init.uniform_(layer.weight, -0.05, 0.05)
            nn.init.zeros_(layer.bias)
        if isinstance(layer, nn.Conv2d):
            nn.init.xavier_uniform_(layer.weight)
            nn.init.zeros_(layer.bias)
    return model


def train_torch(name, seed, data):
    train, train_labels, test, test_labels = data
    torch.manual_seed(seed)
    model = make(name)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, eps=1e-7)
    for _ in range(EPOCHS):
        model.train()
        for rows in torch.randperm(len(train)).split(BATCH):
            optimizer.zero_grad()
            torch.nn.functional.cross_entropy(model(train[rows]), train_labels[rows]).backward()
            optimizer.step()
    model.eval()
    with torch.no_grad():
        right = sum((model(rows).argmax(1) == labels).sum().item()
                    for rows, labels in zip(test.split(1000), test_labels.split(1000)))
    return right / len(test)


def torch_results(models, path):
    known = json.loads(path.read_text()) if path and path.exists() else {}
    data = None
    for name in models:
        for seed in range(len(known.get(name, [])), SEEDS):
            data = data or load()
            known.setdefault(name, []).append(train_torch(name, seed, data))
            print(f"PyTorch {name}, seed {seed}: {known[name][-1]:.4f}", file=sys.stderr, flush=True)
            if path:
                path.write_text(json.dumps(known))
    return known


def nnc_results(nnc, models, jobs, store):
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        for name in models:
            command = [nnc, "run", str(HERE / "three_models.nn"), "--only", name, "--out", folder,
                       "--store", store or folder, "--json"]
            run = subprocess.run(command + (["--jobs", str(jobs)] if jobs else []), check=True, stdout=subprocess.PIPE)
            trials = json.loads(run.stdout)["trials"]
            results[name] = [trial["metrics"]["test.accuracy"] for trial in trials]
    return results


def spread(values):
    return f"{100 * statistics.mean(values):.2f} ± {100 * statistics.stdev(values):.2f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("nnc", nargs="?", help="the program; without it only PyTorch's side is trained")
    parser.add_argument("--torch-results", type=pathlib.Path)
    parser.add_argument("--only", choices=MODELS)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--store", help="where nnc keeps its trials; what it has finished there is not trained again")
    options = parser.parse_args()
    torch.set_num_threads(1)
    models = [options.only] if options.only else MODELS
    theirs = torch_results(models, options.torch_results)
    if not options.nnc:
        return 0
    ours = nnc_results(options.nnc, models, options.jobs, options.store)
    print(f"test accuracy in %, mean and deviation over {SEEDS} seeds, {EPOCHS} epochs")
    print(f"{'model':<12} {'nnc':>14} {'PyTorch':>14} {'difference':>11}")
    worst = 0.0
    for name in models:
        difference = 100 * (statistics.mean(ours[name]) - statistics.mean(theirs[name]))
        worst = max(worst, abs(difference))
        print(f"{name:<12} {spread(ours[name]):>14} {spread(theirs[name]):>14} {difference:>+11.2f}")
    return 1 if worst > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
