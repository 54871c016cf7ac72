; What can be folded: everything between braces, lists over several lines, prose.
[
  (block)
  (branch)
  (record)
  (experiment_block)
  (sweep_branch)
  (report_block)
  (parameters)
  (arguments)
  (list)
  (prose)
] @fold
