nnc_test(grammar_test SOURCES unit/grammar_test.cpp LINKS nnc_grammar)
