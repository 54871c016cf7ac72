nnc_test(ast_test SOURCES unit/ast_test.cpp LINKS nnc_ast)
