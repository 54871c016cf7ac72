"""Peers as processes: started with a job, read line by line, several at once from a common
start."""

import json
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field

from .workspace import ROOT

PEERS = ROOT / "tests" / "bench" / "peers"
CORES = sorted(os.sched_getaffinity(0))
RUNNING = []  # processes of peers that may not have ended yet


@dataclass
class PeerRun:
    job: dict
    versions: dict = field(default_factory=dict)
    setup_seconds: float = 0.0
    seconds: list = field(default_factory=list)  # per epoch, the first with compilation
    losses: list = field(default_factory=list)
    evaluations: list = field(default_factory=list)
    scores: list = field(default_factory=list)
    cases: list = field(default_factory=list)  # of scripts that measure something else
    ended_at: float = 0.0  # the last epoch, by the driver's clock
    error: str = ""


def end_all():
    """For a comparison that is stopped: nobody goes on without it."""
    for process in RUNNING:
        process.kill()


def environment(threads):
    """So many threads, said in every way that libraries listen to."""
    variables = dict(os.environ)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NPROC"):
        variables[name] = str(threads)
    if threads == 1:
        flags = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        variables["XLA_FLAGS"] = flags
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    return variables


def cores_of(threads, place):
    """A process of one thread keeps to one core, the last one for the first process."""
    return CORES if threads > 1 else [CORES[-1 - place % len(CORES)]]


class Peer:
    """One running process; its lines are read as they come."""

    def __init__(self, python, script, job, place=0):
        self.run = PeerRun(job)
        self.ready = threading.Event()
        job = dict(job, cores=cores_of(job["threads"], place))
        self._process = subprocess.Popen(
            [python, PEERS / script, json.dumps(job)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(job["threads"]),
        )
        self._errors = []
        self._readers = [
            threading.Thread(target=self._read, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()
        RUNNING.append(self._process)

    def go(self):
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def finish(self):
        for reader in self._readers:
            reader.join()
        if self._process.wait() != 0:
            self.run.error = "".join(self._errors)[-2000:]
        RUNNING.remove(self._process)
        return self.run

    def _read(self):
        for line in self._process.stdout:
            if line.startswith("{"):
                self._take(json.loads(line))
        self.ready.set()  # also if it failed

    def _read_errors(self):
        self._errors.extend(self._process.stderr)

    def _take(self, said):
        run = self.run
        run.versions.update(said.get("versions", {}))
        run.setup_seconds = said.get("setup_seconds", run.setup_seconds)
        if "epoch" in said:
            run.seconds.append(said["seconds"])
            run.losses.append(said["loss"])
            run.ended_at = time.perf_counter()
        if "evaluation" in said:
            run.evaluations.append(said["evaluation"])
            run.scores.append(said["scores"])
        if "case" in said:
            run.cases.append(said)
        if "ready" in said:
            self.ready.set()


def run_peer(python, script, job):
    return Peer(python, script, job).finish()


def run_together(python, script, jobs):
    """Starts all, lets them do their first epoch, then has all go on at once. Gives back their runs
    and the seconds from there to the last epoch of the last one."""
    peers = [Peer(python, script, dict(job, barrier=True), i) for i, job in enumerate(jobs)]
    for peer in peers:
        peer.ready.wait()
    begin = time.perf_counter()
    for peer in peers:
        try:
            peer.go()
        except BrokenPipeError:
            pass  # it failed, which finish() tells
    runs = [peer.finish() for peer in peers]
    return runs, max(run.ended_at for run in runs) - begin
