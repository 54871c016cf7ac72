"""Do the loss curves agree? Every side begins with the same weights and, but for Keras's own `fit`, shows the same
samples in the same order.

Sums in another order differ in the last bit, and training makes much of little. On all 60,000 images one program with
1 and with 2 threads, and different programs, differ in the mean loss of an epoch by the amounts in README.md; the
limits below are a few times that. Dropout masks, and Keras's order, come from other generators: then only the
distribution is the same, and the limit is wider."""

SAME_ORDER = 0.01  # relative
OTHER_NUMBERS = 0.05  # relative, where masks or orders are drawn by another generator


def limit(work, own_order):
    return OTHER_NUMBERS if work.has_dropout or own_order else SAME_ORDER


def largest_difference(ours, theirs):
    """Relative, over the epochs that both have."""
    return max(abs(a - b) / abs(a) for a, b in zip(ours, theirs))


def disagreements(work, ours, runs):
    """`runs`: [(arrangement, losses)]. Gives back a line for each that is too far from ours."""
    lines = []
    for arrangement, losses in runs:
        difference = largest_difference(ours, losses)
        allowed = limit(work, arrangement.own_order)
        if not difference <= allowed:
            lines.append(
                f"{work.name}: the losses of {arrangement.who} ({arrangement.label}) differ by"
                f" {100 * difference:.2f} %, more than {100 * allowed:g} %: {losses}, ours {ours}"
            )
    return lines
