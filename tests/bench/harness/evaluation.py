"""Mode `evaluation`: what a finished training is judged by: 10,000 test images predicted, accuracy,
F1, ROC AUC (one against one) and log loss. After one epoch of training on each side, which is not
counted.

Ours is `seconds.evaluate` of the record: it also has the loss and writing the predictions to the
store. A peer's best is its prediction with scikit-learn's scores, or with the same scores in
hand-optimised NumPy."""

import statistics

from . import contestants, ours, rounds, tables, works
from .processes import run_peer

REPETITIONS = 5  # in one process


def measure_peer(space, work, arrangement):
    folder, _ = space.start(work, 1)
    job = {
        "layers": work.layers,
        "start": str(folder),
        "batch": work.batch,
        "epochs": 1,
        "threads": arrangement.threads,
        "arrangement": arrangement.how,
        "evaluate": REPETITIONS,
    }
    return run_peer(space.python, contestants.SCRIPTS[arrangement.who], job)


def entrants_of(peer, work):
    """Compiling the training changes nothing here; JAX trains convolutions in a scan for an age."""
    jax = "steps reshaped pool" if work.has_convolutions else "scan"
    manner = {"torch": "eager", "jax": jax, "keras": "tensorflow fit"}.get(peer)
    return [a for a in contestants.arrangements(peer, work) if a.how in (manner, "tensorflow jit")]


def run(space, options, peak):
    rows, raw, problems = [], {}, []
    for name in options.work or list(works.WORKS):
        work = works.WORKS[name]
        entrants = [a for peer in options.peer for a in entrants_of(peer, work)]
        our_times, runs = {}, {entrant: [] for entrant in entrants}
        for number in range(options.rounds):
            for threads in contestants.THREADS:
                trial = ours.run(space, work, 1, threads).trials[0]
                our_times.setdefault(threads, []).append(trial.seconds_evaluate)
            for entrant in entrants:
                done = measure_peer(space, work, entrant)
                runs[entrant] += done.evaluations[1:]  # the first one warms up
                if done.error:
                    problems.append(f"{name}: {entrant.who} ({entrant.label}) failed: {done.error}")
                rounds.tell(f"{name}, round {number + 1}: {entrant.who}, {entrant.label}")
        rows += rows_of(name, our_times, runs)
        raw[name] = {
            "nnc": our_times,
            "metrics": trial.metrics,
            "peers": {f"{e.who}: {e.label}": times for e, times in runs.items()},
        }
    columns = ["work", "who", "arrangement", "predict", "score", "all", "ratio"]
    return {
        "title": "evaluation (seconds)",
        "markdown": tables.table(columns, rows),
        "raw": raw,
        "problems": problems,
    }


def rows_of(name, our_times, runs):
    threads, our = min(
        ((t, statistics.median(times)) for t, times in our_times.items()), key=lambda pair: pair[1]
    )
    rows = [[name, "nnc", f"{threads} thread(s)", "", "", tables.seconds(our), "1"]]
    for entrant, times in runs.items():
        if not times:
            continue
        predict = statistics.median(t["predict"] for t in times)
        for scorer in ("sklearn", "numpy"):
            score = statistics.median(t[scorer] for t in times)
            rows.append(
                [
                    name,
                    entrant.who,
                    f"{entrant.label}, {scorer}",
                    tables.seconds(predict),
                    tables.seconds(score),
                    tables.seconds(predict + score),
                    tables.ratio(predict + score, our),
                ]
            )
    return rows
