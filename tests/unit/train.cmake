nnc_test(train_test SOURCES unit/train_test.cpp unit/fake_executor.cpp unit/data_files.cpp unit/allocations.cpp
  LINKS nnc_train ZLIB::ZLIB)
nnc_test(train_study_test SOURCES unit/train_study_test.cpp unit/data_files.cpp
  LINKS nnc_train nnc_passes nnc_plan nnc_ir ZLIB::ZLIB)
