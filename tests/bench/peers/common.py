"""What every peer shares: the job it is given, the start it trains from, and what it prints.

A job is one JSON object on the command line:

    layers       [["conv", 32, 3], ["pool", 2], ["flatten"], ["dense", 256, "relu"], ...], and
                 ["dropout", 0.2]
    start        the folder that export_start wrote
    batch, epochs, threads, cores (which ones the process may use)
    arrangement  how the peer does it: a name that the script knows
    barrier      after the first epoch say that all is ready, and go on when a line comes
    evaluate     how often the trained model is evaluated on the test images, 0 for never

A peer prints JSON lines: its versions and set-up time, then one per epoch (`epoch`, `seconds`,
`loss`: the mean training loss), then one per evaluation.
"""

import gzip
import json
import os
import pathlib
import sys
import time

import numpy

STARTED = time.perf_counter()


def read_job():
    """The job of the command line; the process keeps to its cores from here on."""
    job = json.loads(sys.argv[1])
    if job.get("cores"):
        os.sched_setaffinity(0, job["cores"])
    return job


def say(**fields):
    print(json.dumps(fields), flush=True)


def say_setup(versions):
    say(versions=versions, setup_seconds=time.perf_counter() - STARTED)


class Start:
    """Data, initial weights and sample orders, as our own training begins with them."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.manifest = json.loads((self.folder / "manifest.json").read_text())
        data = pathlib.Path(self.manifest["data"])
        self.shape = tuple(self.manifest["sample_shape"])
        self.train, self.train_labels = self._scaled(data, "train")
        self.test, self.test_labels = self._scaled(data, "t10k")

    def weights(self):
        """By name, in the order of the network: [("dense_1.kernel", array), ...]."""
        names = [parameter["name"] for parameter in self.manifest["parameters"]]
        return [(name, numpy.load(self.folder / f"{name}.npy")) for name in names]

    def order(self, epoch):
        return numpy.load(self.folder / f"order_{epoch}.npy")

    def _scaled(self, data, part):
        """Images as float32 [count, features] and labels as int64."""
        offset = numpy.load(self.folder / "scale_offset.npy")
        factor = numpy.load(self.folder / "scale_factor.npy")
        images = read_idx(data / f"{part}-images-idx3-ubyte")
        images = images.reshape(len(images), -1).astype(numpy.float32)
        labels = read_idx(data / f"{part}-labels-idx1-ubyte").astype(numpy.int64)
        return (images - offset) * factor, labels


def read_idx(path):
    """An IDX file, plain or as .gz beside that name."""
    packed = path.with_name(path.name + ".gz")
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    axes = content[3]
    shape = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    return numpy.frombuffer(content, numpy.uint8, offset=4 + 4 * axes).reshape(shape)


def is_image_model(layers):
    return any(layer[0] == "conv" for layer in layers)


def run_epochs(job, train_epoch):
    """Calls train_epoch(epoch), which gives back the mean loss when all work is done, and reports
    each."""
    for epoch in range(1, job["epochs"] + 1):
        if epoch == 2 and job.get("barrier"):
            say(ready=True)
            sys.stdin.readline()
        begin = time.perf_counter()
        loss = train_epoch(epoch)
        say(epoch=epoch, seconds=time.perf_counter() - begin, loss=float(loss))


def run_evaluations(job, start, predict):
    """`predict(images)` gives probabilities as a NumPy array; scored as the notebook does, and by
    hand."""
    if not job.get("evaluate"):
        return
    import scores  # and scikit-learn with it, outside the clock

    for _ in range(job["evaluate"]):
        begin = time.perf_counter()
        probabilities = predict(start.test)
        predicted = time.perf_counter()
        theirs = scores.with_sklearn(start.test_labels, probabilities)
        scored = time.perf_counter()
        by_hand = scores.with_numpy(start.test_labels, probabilities)
        seconds_by_hand = time.perf_counter() - scored
        say(
            evaluation={
                "predict": predicted - begin,
                "sklearn": scored - predicted,
                "numpy": seconds_by_hand,
            },
            scores=theirs,
            scores_by_hand=by_hand,
        )


def times_of(work, rounds, calls):
    """Seconds of one call of `work`, once per round."""
    work()
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        for _ in range(calls):
            work()
        times.append((time.perf_counter() - begin) / calls)
    return times
