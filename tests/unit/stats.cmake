nnc_test(stats_test SOURCES unit/stats_test.cpp LINKS nnc_stats nnc_random nlohmann_json::nlohmann_json)
