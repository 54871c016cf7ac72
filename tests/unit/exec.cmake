nnc_test(exec_test SOURCES unit/exec_test.cpp LINKS nnc_graph_runner)
