nnc_test(passes_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/passes_test.cpp LINKS nnc_graph_runner)
