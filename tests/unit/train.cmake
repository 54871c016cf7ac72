set(train_support unit/train_support.cpp unit/fake_executor.cpp unit/data_files.cpp)
nnc_test(train_test SOURCES unit/train_test.cpp unit/allocations.cpp ${train_support} LINKS nnc_train ZLIB::ZLIB)
nnc_test(train_parts_test SOURCES unit/train_parts_test.cpp unit/allocations.cpp ${train_support}
  LINKS nnc_train ZLIB::ZLIB)
nnc_test(train_jobs_test SOURCES unit/train_jobs_test.cpp ${train_support} LINKS nnc_train ZLIB::ZLIB)
nnc_test(train_reuse_test SOURCES unit/train_reuse_test.cpp ${train_support} LINKS nnc_train ZLIB::ZLIB)
nnc_test(train_select_test SOURCES unit/train_select_test.cpp ${train_support} LINKS nnc_train ZLIB::ZLIB)
nnc_test(train_study_test SOURCES unit/train_study_test.cpp unit/data_files.cpp
  LINKS nnc_train nnc_passes nnc_plan nnc_ir ZLIB::ZLIB)
