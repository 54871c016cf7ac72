nnc_test(types_test SOURCES unit/types_test.cpp LINKS nnc_types)
