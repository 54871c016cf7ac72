"""Do the loss curves agree? Every side begins with the same weights and, but for Keras's own `fit`,
shows the same samples in the same order.

Sums in another order differ in the last bit, and training makes much of little. On all 60,000
images one program with 1 and with 2 threads, and different programs, differ in the mean loss of an
epoch by the amounts in README.md; the limits below are a few times that. Dropout masks, and Keras's
order, come from other generators: then only the distribution is the same, and the limit is wider.
In the first epoch the differences have not grown yet: it is the sharpest test."""

SAME_ORDER = (0.002, 0.02)  # relative: in the first epoch, and later
OTHER_NUMBERS = (0.05, 0.05)  # where masks or orders are drawn by another generator


def limits(work, own_order):
    return OTHER_NUMBERS if work.has_dropout or own_order else SAME_ORDER


def differences(ours, theirs):
    """Relative, of every epoch that both have."""
    return [abs(a - b) / abs(a) for a, b in zip(ours, theirs)]


def disagreements(work, ours, runs):
    """`runs`: [(arrangement, losses)]. Gives back a line for each that is too far from ours."""
    lines = []
    for arrangement, losses in runs:
        first, later = limits(work, arrangement.own_order)
        found = differences(ours, losses)
        # A loss that is not a number is not within the limit either.
        if not all(d <= (first if epoch == 0 else later) for epoch, d in enumerate(found)):
            shown = ", ".join(f"{100 * d:.2f} %" for d in found)
            lines.append(
                f"{work.name}: the losses of {arrangement.who} ({arrangement.label}) differ by"
                f" {shown}; {100 * first:g} % are allowed at first, then {100 * later:g} %"
            )
    return lines
