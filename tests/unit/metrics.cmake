nnc_test(metrics_test SOURCES unit/metrics_test.cpp LINKS nnc_metrics nnc_step_plan nlohmann_json::nlohmann_json)
