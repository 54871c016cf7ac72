"""The same work by everybody, in turn, round after round: what modes `single` and `large` are made
of.

In the first round every arrangement takes part; later only those that were within a quarter of the
best of their side. Where time is short an arrangement that cannot win need not be measured
twice."""

import statistics
import sys
from dataclasses import dataclass, field

from . import contestants, ours
from .processes import run_peer

NEAR_THE_BEST = 1.25


@dataclass
class Measurement:
    arrangement: contestants.Arrangement
    seconds: list = field(default_factory=list)  # per epoch, without a peer's first
    first_seconds: list = field(default_factory=list)  # of the first epoch, with compilation
    losses: list = field(default_factory=list)  # per epoch, of the first round
    versions: dict = field(default_factory=dict)
    error: str = ""

    @property
    def median(self):
        return statistics.median(self.seconds)

    def as_json(self):
        arrangement = self.arrangement
        return {
            "who": arrangement.who,
            "how": arrangement.how,
            "threads": arrangement.threads,
            "seconds_per_epoch": self.seconds,
            "first_epoch_seconds": self.first_seconds,
            "losses": self.losses,
            "versions": self.versions,
            "error": self.error,
        }


def tell(text):
    print(text, file=sys.stderr, flush=True)


def measure_ours(space, work, epochs, measurement):
    arrangement = measurement.arrangement
    reference = arrangement.who == "reference"
    kernels = "reference" if reference else "fast"
    trained = 1 if reference else epochs
    trial = ours.run(space, work, trained, arrangement.threads, kernels=kernels).trials[0]
    measurement.seconds.append(trial.seconds_per_epoch)
    measurement.losses = measurement.losses or trial.losses


def measure_peer(space, work, epochs, measurement):
    arrangement = measurement.arrangement
    folder, _ = space.start(work, epochs)
    job = {
        "layers": work.layers,
        "start": str(folder),
        "batch": work.batch,
        "epochs": epochs,
        "threads": arrangement.threads,
        "arrangement": arrangement.how,
    }
    run = run_peer(space.python, contestants.SCRIPTS[arrangement.who], job)
    measurement.error = run.error
    measurement.versions = run.versions
    measurement.first_seconds += run.seconds[:1]
    measurement.seconds += run.seconds[1:]
    measurement.losses = measurement.losses or run.losses


def measure(space, work, peers, rounds, epochs):
    """`epochs` are counted with the first. Gives back all measurements, ours first."""
    entrants = contestants.ours()
    for peer in peers:
        entrants += contestants.arrangements(peer, work)
    measurements = [Measurement(entrant) for entrant in entrants]
    for number in range(rounds):
        for measurement in chosen(measurements, number):
            arrangement = measurement.arrangement
            own = arrangement.who in ("nnc", "reference")
            (measure_ours if own else measure_peer)(space, work, epochs, measurement)
            shown = f"{measurement.seconds[-1]:.3f} s" if measurement.seconds else "failed"
            tell(
                f"{work.name}, round {number + 1}: {arrangement.who}, {arrangement.label}: {shown}"
            )
    return measurements


def chosen(measurements, number):
    """Who takes part in this round."""
    if number == 0:
        return measurements
    best = best_of_each(measurements)
    return [
        measurement
        for measurement in measurements
        if measurement.seconds
        and measurement.median <= NEAR_THE_BEST * best[measurement.arrangement.who].median
        and measurement.arrangement.who != "reference"
    ]


def best_of_each(measurements):
    """{who: the measurement of its best arrangement}, of those that did not fail."""
    best = {}
    for measurement in measurements:
        who = measurement.arrangement.who
        if measurement.seconds and (who not in best or measurement.median < best[who].median):
            best[who] = measurement
    return best
