nnc_test(ops_test SOURCES ${CMAKE_CURRENT_LIST_DIR}/ops_test.cpp LINKS nnc_ops)
