nnc_test(random_test SOURCES unit/random_test.cpp LINKS nnc_random)
