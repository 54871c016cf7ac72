nnc_test(ir_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/ir_test.cpp LINKS nnc_graph_runner)
