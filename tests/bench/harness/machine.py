"""What was measured on: machine, versions, load; and the peak that arithmetic has on it."""

import datetime
import json
import os
import platform
import subprocess

from .workspace import ROOT


def describe(space):
    cpu = {}
    for line in open("/proc/cpuinfo"):
        name, _, value = line.partition(":")
        cpu.setdefault(name.strip(), value.strip())
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": f"{cpu['model name']} (family {cpu['cpu family']}, model {cpu['model']})",
        "cores": len(os.sched_getaffinity(0)),
        "cache": cpu.get("cache size"),
        "kernel": platform.release(),
        "load_before": os.getloadavg()[0],
        "nnc": subprocess.run(
            [space.nnc, "--version"], stdout=subprocess.PIPE, text=True
        ).stdout.strip(),
        "commit": subprocess.run(git, stdout=subprocess.PIPE, text=True).stdout.strip(),
        "samples": space.samples or 60000,
    }


def measure_peak(space):
    """GFLOP/s by the number of threads."""
    done = subprocess.run(
        [space.program("peak_bench")], stdout=subprocess.PIPE, text=True, check=True
    )
    return {int(threads): value for threads, value in json.loads(done.stdout)["gflops"].items()}
