"""Where a comparison lives while it runs: the programs, the data they read, and what every side
begins with."""

import gzip
import json
import math
import pathlib
import shutil
import subprocess

from . import works

ROOT = pathlib.Path(__file__).resolve().parents[3]
DATA = "/usr/share/datasets/fashion-mnist"


class Workspace:
    def __init__(self, folder, nnc, samples=None):
        self.folder = pathlib.Path(folder)
        self.nnc = pathlib.Path(nnc).resolve()
        self.samples = samples
        self.programs = self.nnc.parent / "tests" / "bench"  # export_start and others
        self.python = ROOT / "build" / "peers" / "bin" / "python"
        self.data = DATA if samples is None else self._first_samples(samples)
        self._starts = {}

    def program(self, name):
        """A C++ program of tests/bench."""
        path = self.programs / name
        if not path.exists():
            raise SystemExit(
                f"{path} is missing: cmake --build --preset release --target compare_programs"
            )
        return path

    def source(self, work):
        """The .nn file of a work, reading the data of this comparison."""
        path = self.folder / f"{work.name}.nn"
        if not path.exists():
            path.write_text(work.program().replace(DATA, str(self.data)))
        return path

    def start(self, work, epochs, experiment="single"):
        """The folder with initial weights and orders for so many epochs, and its manifest."""
        key = (work.name, epochs)
        if key not in self._starts:
            folder = self.folder / f"start_{work.name}_{epochs}"
            command = [
                self.program("export_start"),
                self.source(work),
                folder,
                str(epochs),
                experiment,
            ]
            subprocess.run(command, check=True)
            manifest = json.loads((folder / "manifest.json").read_text())
            works.check_shapes(work, manifest)
            if manifest["batch"] != work.batch:
                raise SystemExit(
                    f"{work.name}: batches of {manifest['batch']}, not of {work.batch}"
                )
            self._starts[key] = (folder, manifest)
        return self._starts[key]

    def _first_samples(self, count):
        """A data set of the first `count` training images and all test images."""
        folder = self.folder / "data"
        folder.mkdir()
        for part in ("images-idx3-ubyte", "labels-idx1-ubyte"):
            shutil.copy(f"{DATA}/t10k-{part}.gz", folder)
            content = gzip.decompress(pathlib.Path(f"{DATA}/train-{part}.gz").read_bytes())
            (folder / f"train-{part}").write_bytes(shorten_idx(content, count))
        return folder


def shorten_idx(content, count):
    """An IDX file of the first `count` entries of another."""
    axes = content[3]
    sizes = [int.from_bytes(content[4 + 4 * i : 8 + 4 * i], "big") for i in range(axes)]
    header = content[:4] + count.to_bytes(4, "big") + content[8 : 4 + 4 * axes]
    begin = 4 + 4 * axes
    return header + content[begin : begin + count * math.prod(sizes[1:])]
