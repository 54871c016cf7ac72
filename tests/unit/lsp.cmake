nnc_test(lsp_test
  SOURCES unit/lsp_protocol_test.cpp unit/lsp_positions_test.cpp unit/lsp_names_test.cpp unit/lsp_completion_test.cpp
    unit/lsp_shapes_test.cpp unit/lsp_estimates_test.cpp unit/lsp_edits_test.cpp
  LINKS nnc_lsp)
