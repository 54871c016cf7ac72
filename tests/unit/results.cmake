nnc_test(results_test
  SOURCES unit/results_test.cpp unit/results_claims_test.cpp unit/results_judgement_test.cpp
  LINKS nnc_results nnc_metrics nnc_random fmt::fmt nlohmann_json::nlohmann_json)
