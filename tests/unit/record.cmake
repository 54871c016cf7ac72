nnc_test(record_test SOURCES unit/record_test.cpp unit/data_files.cpp
  LINKS nnc_record nlohmann_json::nlohmann_json ZLIB::ZLIB)
nnc_test(predictions_test SOURCES unit/predictions_test.cpp unit/allocations.cpp LINKS nnc_record)
