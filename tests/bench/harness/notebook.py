"""What the notebook of the study trains, counted: every `fit` of its cells, with Keras, one after
the other."""

from dataclasses import dataclass

from .works import Work, convolution_model, dense_model

IMAGES = 60000
TEST_IMAGES = 10000


@dataclass(frozen=True)
class Trainings:
    """`count` trainings of a model for so many epochs on so many of the training images."""

    what: str
    work: Work
    epochs: int
    count: int = 1
    images: int = IMAGES
    optimizer: str = "adam"
    judged: int = (
        TEST_IMAGES  # images per training, as often as `passes`: loss, classes, probabilities
    )
    passes: int = 3
    scored: bool = True  # with ROC AUC and the others, and not by accuracy alone

    @property
    def whole_epochs(self):
        """In epochs of all training images."""
        return self.epochs * self.count * self.images / IMAGES


def folds(what, work, count, epochs):
    """Cross-validation; every model is scored on what it was trained on and on what was left
    out."""
    images = IMAGES * (count - 1) // count
    return Trainings(what, work, epochs, count, images, judged=IMAGES, passes=2)


def grid(work, optimizer, count=5, epochs=25):
    """A point of the grid search; only what was left out is judged, by accuracy."""
    what, left_out = f"grid: batches of {work.batch}, {optimizer}", IMAGES // count
    images = IMAGES - left_out
    return Trainings(what, work, epochs, count, images, optimizer, left_out, passes=1, scored=False)


ONE = Work("one dense layer", dense_model([256]))
TWO = Work("two dense layers", dense_model([256, 128]))
THREE = Work("three dense layers", dense_model([256, 128, 256]))
DROPOUT = Work("dropout", dense_model([256, 128], 0.2))  # the rate changes nothing in the time
BLOCKS = [Work(f"{blocks} convolution blocks", convolution_model(blocks)) for blocks in (1, 2, 3)]
TWO_OF_10 = Work("two dense layers, batches of 10", dense_model([256, 128]), batch=10)

TRAININGS = [
    Trainings("baseline", ONE, 25),
    folds("5 folds", ONE, 5, 25),
    folds("10 folds", ONE, 10, 25),
    Trainings("50 epochs", ONE, 50),
    Trainings("100 epochs", ONE, 100),
    Trainings("200 epochs", ONE, 200),
    Trainings("two dense layers", TWO, 50),
    Trainings("three dense layers", THREE, 50),
    Trainings("dropout 0.1, 0.2, 0.3", DROPOUT, 50, count=3),
    *[Trainings(work.name, work, 50) for work in BLOCKS],
    *[grid(work, optimizer) for work in (TWO_OF_10, TWO) for optimizer in ("adam", "rmsprop")],
    Trainings("grid: the best again", TWO, 25, judged=0),
]
