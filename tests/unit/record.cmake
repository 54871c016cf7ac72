nnc_test(record_test SOURCES unit/record_test.cpp unit/data_files.cpp
  LINKS nnc_record nlohmann_json::nlohmann_json ZLIB::ZLIB)
