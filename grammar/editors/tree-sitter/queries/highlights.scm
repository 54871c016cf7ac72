; Colours of the nodes of grammar.js. No node is captured twice, so it is all the same to editors whether the first or the
; last pattern that fits decides.

(comment) @comment

; ---------------------------------------------------------------- words

[
  "nn" "import" "let" "data" "model" "layer" "fn" "init" "loss" "optimizer" "schedule" "metric" "recipe" "experiment" "report"
  "from" "param" "state" "expects" "input" "sweep" "sample" "points" "where" "train" "on" "with" "seeds" "select" "best" "by"
  "over" "validate" "stop" "after" "epochs"
] @keyword

["if" "else"] @keyword.conditional
["for" "repeat"] @keyword.repeat
(for_statement "in" @keyword.repeat)
(sweep_axis "in" @keyword)
["and" "or" "not"] @keyword.operator
(report_word) @keyword

; ---------------------------------------------------------------- literals

[(integer) (dims) (version_number)] @number
(float) @number.float
[(true) (false)] @boolean
(none) @constant.builtin
(string) @string
(escape) @string.escape
(prose "\"\"\"" @string)
(prose_text) @string

; ---------------------------------------------------------------- names

((type_word) @type.builtin (#any-of? @type.builtin "int" "float" "bool" "string" "dims" "tensor" "layer" "init" "optimizer" "schedule" "loss" "metric" "data" "recipe"))
(layer_input) @variable.builtin

((reference) @function.builtin (#any-of? @function.builtin "exp" "log" "sqrt" "abs" "sign" "tanh" "sigmoid" "softplus" "erf" "softmax" "log_softmax" "random_like" "linear" "relu" "relu6" "leaky_relu" "elu" "selu" "gelu" "silu" "mish" "softsign" "hard_sigmoid" "zeros" "ones" "uniform" "normal" "glorot_uniform" "glorot_normal" "he_uniform" "he_normal" "lecun_normal" "dense" "flatten" "conv2d" "maxpool2d" "avgpool2d" "global_average_pool" "dropout" "batch_norm" "cross_entropy" "categorical_cross_entropy" "binary_cross_entropy" "mse" "mae" "accuracy" "precision" "recall" "f1" "roc_auc" "log_loss" "mean_squared_error" "sgd" "adam" "adamw" "rmsprop" "pi" "step_decay" "exponential" "cosine" "polynomial" "warmup" "warmup_cosine"))
((call function: (reference) @function.builtin) (#any-of? @function.builtin "max" "min" "select" "greater" "sum" "mean" "reshape" "transpose" "slice" "concat" "convolve2d" "max_pool2d" "avg_pool2d" "pick" "one_hot" "is_softmax" "is_sigmoid" "is_class" "constant" "uniform_between" "normal_with" "truncated_normal_with" "cos" "len" "int" "float" "round" "product" "count_up_to" "linspace" "logspace" "between" "idx" "kfold" "holdout") (#not-any-of? @function.builtin "exp" "log" "sqrt" "abs" "sign" "tanh" "sigmoid" "softplus" "erf" "softmax" "log_softmax" "random_like" "linear" "relu" "relu6" "leaky_relu" "elu" "selu" "gelu" "silu" "mish" "softsign" "hard_sigmoid" "zeros" "ones" "uniform" "normal" "glorot_uniform" "glorot_normal" "he_uniform" "he_normal" "lecun_normal" "dense" "flatten" "conv2d" "maxpool2d" "avgpool2d" "global_average_pool" "dropout" "batch_norm" "cross_entropy" "categorical_cross_entropy" "binary_cross_entropy" "mse" "mae" "accuracy" "precision" "recall" "f1" "roc_auc" "log_loss" "mean_squared_error" "sgd" "adam" "adamw" "rmsprop" "pi" "step_decay" "exponential" "cosine" "polynomial" "warmup" "warmup_cosine"))
((call function: (reference) @function.call) (#not-any-of? @function.call "max" "min" "select" "greater" "sum" "mean" "reshape" "transpose" "slice" "concat" "convolve2d" "max_pool2d" "avg_pool2d" "pick" "one_hot" "is_softmax" "is_sigmoid" "is_class" "constant" "uniform_between" "normal_with" "truncated_normal_with" "cos" "len" "int" "float" "round" "product" "count_up_to" "linspace" "logspace" "between" "idx" "kfold" "holdout" "exp" "log" "sqrt" "abs" "sign" "tanh" "sigmoid" "softplus" "erf" "softmax" "log_softmax" "random_like" "linear" "relu" "relu6" "leaky_relu" "elu" "selu" "gelu" "silu" "mish" "softsign" "hard_sigmoid" "zeros" "ones" "uniform" "normal" "glorot_uniform" "glorot_normal" "he_uniform" "he_normal" "lecun_normal" "dense" "flatten" "conv2d" "maxpool2d" "avgpool2d" "global_average_pool" "dropout" "batch_norm" "cross_entropy" "categorical_cross_entropy" "binary_cross_entropy" "mse" "mae" "accuracy" "precision" "recall" "f1" "roc_auc" "log_loss" "mean_squared_error" "sgd" "adam" "adamw" "rmsprop" "pi" "step_decay" "exponential" "cosine" "polynomial" "warmup" "warmup_cosine"))

(function_declaration name: (identifier) @function)
(metric_declaration name: (identifier) @function)
(parameter name: (identifier) @variable.parameter)
(argument_label) @variable.parameter
(setting_key) @property
(member_name) @property

; ---------------------------------------------------------------- signs

["|>" "==" "!=" "<=" ">=" "<" ">" ".." "+" "-" "*" "//" "/" "%" "@" "^" "=" "~" "<-" "|"] @operator
["(" ")" "[" "]"] @punctuation.bracket
(block ["{" "}"] @punctuation.bracket)
(branch ["{" "}"] @punctuation.bracket)
(record ["{" "}"] @punctuation.bracket)
(experiment_block ["{" "}"] @punctuation.bracket)
(sweep_branch ["{" "}"] @punctuation.bracket)
(report_block ["{" "}"] @punctuation.bracket)
(interpolation ["{" "}"] @punctuation.special)
["," ":" "." ";"] @punctuation.delimiter
