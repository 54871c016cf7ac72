nnc_test(plan_test SOURCES unit/plan_test.cpp LINKS nnc_graph_runner)
