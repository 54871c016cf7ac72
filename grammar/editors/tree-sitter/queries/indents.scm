; What is indented by one step more than the line it begins on, and what ends that.
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
] @indent.begin

["}" ")" "]"] @indent.branch @indent.end
(prose) @indent.auto
