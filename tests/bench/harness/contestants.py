"""Who takes part, and in which arrangements: every peer at what may be its best for a work."""

from dataclasses import dataclass

PEERS = ["torch", "jax", "keras", "reference"]
SCRIPTS = {"torch": "peer_torch.py", "jax": "peer_jax.py", "keras": "peer_keras.py"}
THREADS = (1, 2)


@dataclass(frozen=True)
class Arrangement:
    who: str  # "nnc" or a peer
    how: str
    threads: int
    own_order: bool = False  # of the samples: the loss then agrees only statistically

    @property
    def label(self):
        return f"{self.how}, {self.threads} thread{'s' if self.threads > 1 else ''}"


def manners(peer, work):
    """What a peer may do with a work, whatever the threads."""
    if peer == "torch":
        found = ["eager", "compiled", "compiled step"]
        return found + ["eager channels_last", "compiled channels_last"] * work.has_convolutions
    if peer == "jax":
        return ["scan"] + ["scan reshaped pool", "steps reshaped pool"] * work.has_convolutions
    if peer == "keras":
        return ["tensorflow fit", "tensorflow jit", "jax jit"]
    return ["plain loops"]


def arrangements(peer, work, threads=THREADS):
    if peer == "reference":
        threads = (1,)
    return [
        Arrangement(peer, how, count, own_order=how.endswith(" fit"))
        for how in manners(peer, work)
        for count in threads
    ]


def ours(threads=THREADS):
    return [Arrangement("nnc", "fast kernels", count) for count in threads]
