"""Markdown tables."""


def table(columns, rows):
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(map(str, row)) + " |" for row in rows])


def ratio(peer, ours):
    return f"{peer / ours:.2f}"


def with_best_bold(ratios):
    """`ratios`: {name: number or None}. The smallest is the best peer's, in bold."""
    known = [value for value in ratios.values() if value is not None]
    shown = {}
    for name, value in ratios.items():
        text = "-" if value is None else f"{value:.2f}"
        shown[name] = f"**{text}**" if known and value == min(known) else text
    return shown


def seconds(value):
    return f"{value:.3f}" if value < 10 else f"{value:.1f}"
