nnc_test(data_test SOURCES unit/data_test.cpp unit/data_files.cpp unit/allocations.cpp LINKS nnc_data ZLIB::ZLIB)
nnc_test(split_test SOURCES unit/split_test.cpp LINKS nnc_data nlohmann_json::nlohmann_json)
