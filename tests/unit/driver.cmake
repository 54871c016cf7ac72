nnc_test(driver_test SOURCES unit/driver_test.cpp unit/driver_progress_test.cpp unit/driver_format_test.cpp unit/driver_words_test.cpp
    unit/driver_messages_test.cpp
  LINKS nnc_driver nlohmann_json::nlohmann_json)
nnc_test(driver_store_test SOURCES unit/driver_store_test.cpp unit/driver_changes_test.cpp unit/driver_estimates_test.cpp unit/data_files.cpp
  LINKS nnc_driver nlohmann_json::nlohmann_json ZLIB::ZLIB)
nnc_test(program_identity_test SOURCES unit/program_identity_test.cpp unit/lower_support.cpp LINKS nnc_driver)
nnc_test(numerics_test SOURCES unit/numerics_test.cpp unit/data_files.cpp LINKS nnc_driver nlohmann_json::nlohmann_json ZLIB::ZLIB)
