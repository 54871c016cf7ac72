nnc_test(plan_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/plan_test.cpp LINKS nnc_graph_runner)
