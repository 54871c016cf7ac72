// See foreign_words.hpp. A test checks that what the tables name exists.
#include "compiler/sema/foreign_words.hpp"

#include <algorithm>

namespace nnc::sema {
namespace {

constexpr std::string_view kNoLayer = "this version has no layer that does this";
constexpr std::string_view kNoOptimizer =
    "this version has `sgd`, `adam`, `adamw` and `rmsprop`; others can be declared: `optimizer mine { ... }`";
constexpr std::string_view kDataGiveShape =
    "leave it out: the data give the shape, and `input 28x28x1` can say which one is meant";
constexpr std::string_view kActivation =
    "write the activation itself, `relu`, or give it to the layer, as in `dense(64, relu)`";
constexpr std::string_view kModel = "a model is declared: `model net { flatten; dense(10, softmax) }`";
constexpr std::string_view kSteps = "write `step_decay(at: [10, 20], factor: 0.1)`";
constexpr std::string_view kMine = "declare it: `schedule mine { 0.9 ^ epoch }`";
constexpr std::string_view kDraws = "write `between(low, high)`, with a `sample`";
constexpr std::string_view kLogDraws = "write `between(low, high, log: true)`, with a `sample`";

// clang-format off
constexpr ForeignWord kNames[] = {
    // layers
    {"input", "", kDataGiveShape},
    {"inputlayer", "", kDataGiveShape},
    {"sequential", "", kModel},
    {"linear", "dense", ""},
    {"fullyconnected", "dense", ""},
    {"conv", "conv2d", ""},
    {"convolution2d", "conv2d", ""},
    {"maxpooling2d", "maxpool2d", ""},
    {"maxpool", "maxpool2d", ""},
    {"maxpooling", "maxpool2d", ""},
    {"averagepooling2d", "avgpool2d", ""},
    {"averagepool2d", "avgpool2d", ""},
    {"avgpool", "avgpool2d", ""},
    {"avgpooling2d", "avgpool2d", ""},
    {"globalaveragepooling2d", "global_average_pool", ""},
    {"globalavgpooling2d", "global_average_pool", ""},
    {"globalavgpool2d", "global_average_pool", ""},
    {"globalavgpool", "global_average_pool", ""},
    {"adaptiveavgpool2d", "global_average_pool", ""},
    {"batchnormalization", "batch_norm", ""},
    {"batchnorm", "batch_norm", ""},
    {"batchnorm1d", "batch_norm", ""},
    {"batchnorm2d", "batch_norm", ""},
    {"concatenate", "concat", ""},
    {"activation", "", kActivation},
    {"lstm", "", kNoLayer},
    {"gru", "", kNoLayer},
    {"rnn", "", kNoLayer},
    {"simplernn", "", kNoLayer},
    {"bidirectional", "", kNoLayer},
    {"embedding", "", kNoLayer},
    {"attention", "", kNoLayer},
    {"multiheadattention", "", kNoLayer},
    {"layernormalization", "", kNoLayer},
    {"layernorm", "", kNoLayer},
    {"groupnormalization", "", kNoLayer},
    {"groupnorm", "", kNoLayer},
    {"conv1d", "", kNoLayer},
    {"conv3d", "", kNoLayer},
    {"conv2dtranspose", "", kNoLayer},
    {"convtranspose2d", "", kNoLayer},
    {"depthwiseconv2d", "", kNoLayer},
    {"separableconv2d", "", kNoLayer},
    {"upsampling2d", "", kNoLayer},
    {"zeropadding2d", "", "write `pad: same` in the convolution or pool"},
    // activations
    {"swish", "silu", ""},
    {"leakyrelu", "leaky_relu", ""},
    {"hardsigmoid", "hard_sigmoid", ""},
    {"logsoftmax", "log_softmax", ""},
    // inits
    {"glorot", "glorot_uniform", ""},
    {"xavier", "glorot_uniform", ""},
    {"xavieruniform", "glorot_uniform", ""},
    {"xaviernormal", "glorot_normal", ""},
    {"kaiminguniform", "he_uniform", ""},
    {"kaimingnormal", "he_normal", ""},
    {"randomuniform", "uniform", ""},
    {"randomnormal", "normal", ""},
    // losses
    {"sparsecategoricalcrossentropy", "cross_entropy", ""},
    {"categoricalcrossentropy", "cross_entropy", ""},
    {"crossentropyloss", "cross_entropy", ""},
    {"crossentropy", "cross_entropy", ""},
    {"binarycrossentropy", "binary_cross_entropy", ""},
    {"bce", "binary_cross_entropy", ""},
    {"bceloss", "binary_cross_entropy", ""},
    {"meansquarederror", "mse", ""},
    {"mseloss", "mse", ""},
    {"meanabsoluteerror", "mae", ""},
    {"l1loss", "mae", ""},
    // metrics
    {"acc", "accuracy", ""},
    {"auc", "roc_auc", ""},
    {"f1score", "f1", ""},
    {"precisionscore", "precision", ""},
    {"recallscore", "recall", ""},
    // optimizers
    {"adagrad", "", kNoOptimizer},
    {"adadelta", "", kNoOptimizer},
    {"adamax", "", kNoOptimizer},
    {"nadam", "", kNoOptimizer},
    {"lbfgs", "", kNoOptimizer},
    // schedules
    {"cosinedecay", "", "write `cosine`"},
    {"cosineannealinglr", "", "write `cosine`"},
    {"steplr", "", kSteps},
    {"multisteplr", "", kSteps},
    {"piecewiseconstantdecay", "", kSteps},
    {"exponentialdecay", "", "write `exponential(0.95)`: the factor is for one epoch"},
    {"exponentiallr", "", "write `exponential(0.95)`"},
    {"polynomialdecay", "", "write `polynomial(power: 1)`"},
    {"linearlr", "", "write `warmup(5)`"},
    {"learningratescheduler", "", kMine},
    {"lambdalr", "", kMine},
    {"reducelronplateau", "", "a schedule is known before the training and sees no results: `step_decay(at: [10, 20])`"},
    // the values of an axis
    {"loguniform", "", kLogDraws},
    {"reciprocal", "", kLogDraws},
    {"quniform", "", kDraws},
    {"randint", "", kDraws},
    {"uniformint", "", kDraws},
};

constexpr std::string_view kShapeIsKnown = "leave it out: the shape comes from what stands before it";

constexpr ForeignWord kArguments[] = {
    {"filters", "channels", ""},
    {"outchannels", "channels", ""},
    {"kernelsize", "window", ""},
    {"poolsize", "window", ""},
    {"strides", "stride", ""},
    {"padding", "pad", ""},
    {"outfeatures", "units", ""},
    {"neurons", "units", ""},
    {"act", "activation", ""},
    {"kernelinitializer", "init", ""},
    {"initializer", "init", ""},
    {"bias", "use_bias", ""},
    {"p", "rate", ""},
    {"prob", "rate", ""},
    {"negativeslope", "slope", ""},
    {"alpha", "slope", ""},
    {"eps", "epsilon", ""},
    {"learningrate", "lr", ""},
    {"weightdecay", "decay", ""},
    {"milestones", "at", ""},
    {"gamma", "factor", ""},
    {"std", "stddev", ""},
    {"nsplits", "folds", ""},
    {"testsize", "fraction", ""},
    {"validationsplit", "fraction", ""},
    {"inputshape", "", kShapeIsKnown},
    {"inputdim", "", kShapeIsKnown},
    {"infeatures", "", kShapeIsKnown},
    {"inchannels", "", kShapeIsKnown},
    {"numfeatures", "", kShapeIsKnown},
};
// clang-format on

}  // namespace

std::string without_case(std::string_view name) {
  std::string bare;
  for (const char letter : name) {
    if (letter != '_') bare += letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter;
  }
  return bare;
}

std::span<const ForeignWord> foreign_names() { return kNames; }

const ForeignWord* find_foreign_name(std::string_view name) {
  const std::string bare = without_case(name);
  const auto* found = std::find_if(std::begin(kNames), std::end(kNames),
                                   [&](const ForeignWord& known) { return known.name == bare; });
  return found == std::end(kNames) ? nullptr : found;
}

std::span<const ForeignWord> foreign_arguments() { return kArguments; }

}  // namespace nnc::sema
