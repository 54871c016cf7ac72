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

((type_word) @type.builtin (#any-of? @type.builtin @Type:quoted@))
(layer_input) @variable.builtin

((reference) @function.builtin (#any-of? @function.builtin @Library:quoted@))
((call function: (reference) @function.builtin) (#any-of? @function.builtin @Functions:quoted@) (#not-any-of? @function.builtin @Library:quoted@))
((call function: (reference) @function.call) (#not-any-of? @function.call @Functions:quoted@ @Library:quoted@))

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
