nnc_test(driver_test SOURCES unit/driver_test.cpp LINKS nnc_driver)
