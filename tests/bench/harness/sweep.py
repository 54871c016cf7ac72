"""Mode `sweep`: two trainings side by side, as in a study. Ours: one `nnc run` of two trials with
two jobs. Peers: two processes of one thread each, begun at once; or one process of two threads, one
trial after the other; or, in JAX, both trials in one vectorised program. Trial-epochs per
second."""

import statistics

from . import contestants, losses, ours, processes, rounds, tables, works

TRIALS = 2


def measure_ours(space, work, epochs):
    """The trial that took longer decides."""
    run = ours.run(space, work, epochs, threads=1, jobs=TRIALS, experiment="pair")
    return TRIALS * epochs / max(trial.seconds_train for trial in run.trials), run.trials[0].losses


def job_of(space, work, epochs, arrangement):
    folder, _ = space.start(work, epochs)
    return {
        "layers": work.layers,
        "start": str(folder),
        "batch": work.batch,
        "epochs": epochs,
        "threads": arrangement.threads,
        "arrangement": arrangement.how,
    }


def measure_peer(space, work, epochs, arrangement):
    """(trial-epochs per second, or None if it failed; losses)"""
    job = job_of(space, work, epochs, arrangement)
    script = contestants.SCRIPTS[arrangement.who]
    if arrangement.threads == 1:
        runs, seconds = processes.run_together(space.python, script, [job] * TRIALS)
        done = TRIALS * (epochs - 1)
    else:
        runs = [processes.run_peer(space.python, script, job)]
        seconds = sum(runs[0].seconds[1:])
        done = (epochs - 1) * (TRIALS if arrangement.how == "vmap" else 1)
    failed = any(run.error for run in runs)
    if failed:
        rounds.tell(runs[0].error)
    return (None if failed else done / seconds), runs[0].losses


def entrants_of(peer, work):
    found = [a for a in contestants.arrangements(peer, work) if peer != "reference"]
    if peer == "jax":
        found.append(contestants.Arrangement("jax", "vmap", 2))
    return found


def run(space, options, peak):
    rows, raw, problems = [], {}, []
    for name in options.work or list(works.WORKS):
        work, epochs = works.WORKS[name], options.epochs + 1
        speeds, curves = {}, {}
        entrants = [a for peer in options.peer for a in entrants_of(peer, work)]
        our_speeds = []
        for number in range(options.rounds):
            speed, our_losses = measure_ours(space, work, epochs)
            our_speeds.append(speed)
            rounds.tell(f"{name}, round {number + 1}: nnc, 2 jobs: {speed:.3f} trial-epochs/s")
            for entrant in near_the_best(entrants, speeds):
                speed, curves[entrant] = measure_peer(space, work, epochs, entrant)
                speeds.setdefault(entrant, []).extend([] if speed is None else [speed])
                rounds.tell(f"{name}, round {number + 1}: {entrant.who}, {label(entrant)}: {speed}")
        problems += [f"{name}: {e.who} ({label(e)}) failed" for e in entrants if not speeds[e]]
        problems += losses.disagreements(work, our_losses, [(e, c) for e, c in curves.items() if c])
        rows.append(row_of(name, options.peer, our_speeds, speeds))
        raw[name] = {"nnc": our_speeds, "losses": our_losses} | {
            f"{e.who}: {label(e)}": {"speeds": speeds[e], "losses": curves[e]} for e in entrants
        }
    columns = ["work", "ours, trial-epochs/s", *options.peer, "best peer"]
    return {
        "title": "sweep",
        "markdown": tables.table(columns, rows),
        "raw": raw,
        "problems": problems,
    }


def label(arrangement):
    count = "2 processes of 1 thread" if arrangement.threads == 1 else "1 process of 2 threads"
    return f"{arrangement.how}, {count}"


def best_of(who, speeds):
    """(arrangement, median speed) of the fastest arrangement of a peer, or None."""
    own = [(a, statistics.median(s)) for a, s in speeds.items() if a.who == who and s]
    return max(own, key=lambda pair: pair[1]) if own else None


def near_the_best(entrants, speeds):
    if not speeds:
        return entrants
    best = {who: best_of(who, speeds) for who in {entrant.who for entrant in entrants}}
    return [
        entrant
        for entrant in entrants
        if speeds[entrant]
        and best[entrant.who][1] <= rounds.NEAR_THE_BEST * statistics.median(speeds[entrant])
    ]


def row_of(name, peers, our_speeds, speeds):
    our = statistics.median(our_speeds)
    best = {peer: best_of(peer, speeds) for peer in peers}
    ratios = {peer: our / found[1] if found else None for peer, found in best.items()}
    shown = tables.with_best_bold(ratios)
    rivals = [found for found in best.values() if found]
    winner = max(rivals, key=lambda pair: pair[1]) if rivals else None
    text = f"{winner[0].who}: {label(winner[0])}" if winner else "-"
    return [name, f"{our:.2f}", *[shown[peer] for peer in peers], text]
