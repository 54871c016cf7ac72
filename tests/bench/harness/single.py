"""Mode `single`: one training alone on the machine; every side with 1 and 2 threads, the better
counts."""

from . import losses, rounds, tables, works


def run(space, options, peak):
    names = options.work or list(works.WORKS)
    return compare(space, options, peak, [works.WORKS[name] for name in names], "single")


def compare(space, options, peak, chosen, title):
    """Rows, raw numbers and disagreements for these works."""
    rows, raw, problems = [], {}, []
    for work in chosen:
        epochs = options.epochs + 1
        measurements = rounds.measure(space, work, options.peer, options.rounds, epochs)
        raw[work.name] = [measurement.as_json() for measurement in measurements]
        problems += find_problems(work, measurements)
        rows.append(row_of(space, work, options.peer, measurements, peak))
    columns = ["work", "ours, s/epoch", "arrangement", "of the peak", *options.peer, "best peer"]
    return {
        "title": title,
        "markdown": tables.table(columns, rows),
        "raw": raw,
        "problems": problems,
    }


def find_problems(work, measurements):
    our_losses = measurements[0].losses
    others = [(m.arrangement, m.losses) for m in measurements[1:] if m.losses]
    failed = [
        f"{work.name}: {m.arrangement.who} ({m.arrangement.label}) failed: {m.error}"
        for m in measurements
        if m.error
    ]
    return failed + losses.disagreements(work, our_losses, others)


def row_of(space, work, peers, measurements, peak):
    best = rounds.best_of_each(measurements)
    our = best["nnc"]
    ratios = {peer: best[peer].median / our.median if peer in best else None for peer in peers}
    rivals = [best[peer] for peer in peers if peer in best]
    winner = min(rivals, key=lambda m: m.median) if rivals else None
    flops = works.flops_per_sample(work) * (space.samples or 60000)
    share = flops / our.median / (peak[our.arrangement.threads] * 1e9)
    shown = tables.with_best_bold(ratios)
    return [
        work.name,
        tables.seconds(our.median),
        our.arrangement.label,
        f"{100 * share:.0f} %",
        *[shown[peer] for peer in peers],
        f"{winner.arrangement.who}: {winner.arrangement.label}" if winner else "-",
    ]
