nnc_test(driver_test SOURCES unit/driver_test.cpp unit/driver_progress_test.cpp unit/data_files.cpp
  LINKS nnc_driver ZLIB::ZLIB)
