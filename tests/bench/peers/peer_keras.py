"""Keras 3, whose backend the arrangement names:

tensorflow fit    as the notebook writes it: `fit` on arrays, in Keras's own order of the samples
tensorflow jit    compiled by XLA, many steps per execution; arrays in our order, put in it
                  outside the clock
jax jit           the same on JAX

Beside a job's usual fields: `optimizer` ("adam"), and `own_weights` to begin as Keras does (for the
whole study).
"""

import os
import sys
import time

import common

job = common.read_job()
BACKEND, MANNER = job["arrangement"].split()
os.environ["KERAS_BACKEND"] = BACKEND
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import keras  # noqa: E402  (chooses its backend when it is imported)

STEPS_PER_EXECUTION = 125  # divides the steps of an epoch of the study


def limit_threads(threads):
    if BACKEND == "tensorflow":
        import tensorflow

        tensorflow.config.threading.set_intra_op_parallelism_threads(threads)
        tensorflow.config.threading.set_inter_op_parallelism_threads(threads)


def make_layer(kind, arguments):
    layers = keras.layers
    if kind == "conv":
        return layers.Conv2D(arguments[0], arguments[1], activation="relu")
    if kind == "pool":
        return layers.MaxPooling2D(arguments[0])
    if kind == "flatten":
        return layers.Flatten()
    if kind == "dropout":
        return layers.Dropout(arguments[0])
    return layers.Dense(
        arguments[0],
        activation=arguments[1],
        kernel_initializer=keras.initializers.RandomUniform(-0.05, 0.05),
    )


def make_model(start):
    image = common.is_image_model(job["layers"])
    shape = start.shape if image else (start.train.shape[1],)
    layers = [make_layer(kind, arguments) for kind, *arguments in job["layers"]]
    model = keras.Sequential([keras.Input(shape), *layers])
    if not job.get("own_weights"):
        model.set_weights([array for _, array in start.weights()])
    at_its_best = (
        {"jit_compile": True, "steps_per_execution": STEPS_PER_EXECUTION} if MANNER == "jit" else {}
    )
    model.compile(
        optimizer=job.get("optimizer", "adam"),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
        **at_its_best,
    )
    return model


class Clock(keras.callbacks.Callback):
    """Seconds and loss of every epoch of a `fit`."""

    def __init__(self):
        super().__init__()
        self.epochs = []

    def on_epoch_begin(self, epoch, logs=None):
        self.begin = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.epochs.append((time.perf_counter() - self.begin, float(logs["loss"])))


def main():
    limit_threads(job["threads"])
    keras.utils.set_random_seed(0)
    start = common.Start(job["start"])
    shape = start.shape if common.is_image_model(job["layers"]) else (start.train.shape[1],)
    images = start.train.reshape(-1, *shape)
    model = make_model(start)
    settings = {"batch_size": job["batch"], "verbose": 0}
    versions = {"keras": keras.__version__}
    versions[BACKEND] = __import__(BACKEND).__version__
    common.say_setup(versions)
    for epoch in range(1, job["epochs"] + 1):
        if epoch == 2 and job.get("barrier"):
            common.say(ready=True)
            sys.stdin.readline()
        clock = Clock()
        if MANNER == "fit":
            model.fit(images, start.train_labels, epochs=1, callbacks=[clock], **settings)
        else:
            order = start.order(epoch)
            x, y = images[order], start.train_labels[order]
            model.fit(x, y, epochs=1, shuffle=False, callbacks=[clock], **settings)
        seconds, loss = clock.epochs[0]
        common.say(epoch=epoch, seconds=seconds, loss=loss)

    def predict(test):
        x = test.reshape(-1, *shape)
        if MANNER == "jit":
            return model.predict(x, batch_size=1000, verbose=0)
        # As the notebook does: loss and accuracy, then classes and probabilities, each from a
        # prediction of its own.
        model.evaluate(x, start.test_labels, verbose=0)
        model.predict(x, verbose=0).argmax(1)
        return model.predict(x, verbose=0)

    common.run_evaluations(job, start, predict)


main()
