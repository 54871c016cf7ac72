nnc_test(lower_test SOURCES unit/lower_test.cpp LINKS nnc_lower nnc_sema nnc_stdlib)
