nnc_test(sema_test SOURCES unit/sema_test.cpp LINKS nnc_sema)
