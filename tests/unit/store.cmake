set(store_support unit/store_support.cpp unit/data_files.cpp)
nnc_test(tensor_file_test SOURCES unit/tensor_file_test.cpp LINKS nnc_store)
nnc_test(store_test SOURCES unit/store_test.cpp ${store_support} LINKS nnc_store PkgConfig::sqlite3 ZLIB::ZLIB)
nnc_test(store_damage_test SOURCES unit/store_damage_test.cpp ${store_support} LINKS nnc_store ZLIB::ZLIB)
nnc_test(store_programs_test SOURCES unit/store_programs_test.cpp ${store_support} LINKS nnc_store ZLIB::ZLIB)
# Thousands of small stores: their disk need not be a slow one.
if(EXISTS /dev/shm)
  set_tests_properties(store_damage_test PROPERTIES ENVIRONMENT TMPDIR=/dev/shm)
endif()
