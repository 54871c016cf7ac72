nnc_test(stdlib_metrics_test SOURCES unit/stdlib_metrics_test.cpp LINKS nnc_driver)
