; Which names belong to which part of a file, and where they are declared.
(file) @local.scope
(function_declaration) @local.scope
(block) @local.scope
(for_statement) @local.scope
(experiment_block) @local.scope
(sweep_branch) @local.scope

(function_declaration name: (identifier) @local.definition.function)
(metric_declaration name: (identifier) @local.definition.function)
(data_declaration name: (identifier) @local.definition.var)
(recipe_declaration name: (identifier) @local.definition.var)
(experiment_declaration name: (identifier) @local.definition.var)
(let_declaration name: (identifier) @local.definition.var)
(parameter name: (identifier) @local.definition.parameter)
(let_statement name: (identifier) @local.definition.var)
(slot_statement name: (identifier) @local.definition.var)
(for_statement name: (identifier) @local.definition.var)
(sweep_axis name: (identifier) @local.definition.var)

(reference) @local.reference
(assign_statement name: (identifier) @local.reference)
