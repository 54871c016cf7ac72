nnc_test(parse_test
  SOURCES unit/parse_test.cpp unit/parse_mistakes_test.cpp unit/parse_robust_test.cpp
  LINKS nnc_parse nnc_ast nnc_base)
