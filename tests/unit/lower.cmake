nnc_test(lower_test
  SOURCES unit/lower_test.cpp unit/lower_sweeps_test.cpp unit/lower_reports_test.cpp unit/lower_grid_test.cpp
    unit/lower_schedules_test.cpp unit/lower_support.cpp
  LINKS nnc_lower nnc_sema nnc_stdlib)
