# Tests that run graphs stand on one small library: the executor's, and those of gradients, passes and plans.
add_library(nnc_graph_runner STATIC
  ${CMAKE_CURRENT_LIST_DIR}/../ops/graph_runner.cpp ${CMAKE_CURRENT_LIST_DIR}/../ops/random_graph.cpp
  ${CMAKE_CURRENT_LIST_DIR}/../ops/networks.cpp)
target_include_directories(nnc_graph_runner PUBLIC ${CMAKE_CURRENT_LIST_DIR}/../ops)
target_link_libraries(nnc_graph_runner PUBLIC nnc_options nnc_passes nnc_plan nnc_exec)
nnc_test(exec_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/exec_test.cpp LINKS nnc_graph_runner)
