nnc_test(sema_test
  SOURCES unit/sema_test.cpp unit/sema_foreign_test.cpp unit/sema_sweeps_test.cpp unit/sema_leaks_test.cpp unit/sema_report_test.cpp
  LINKS nnc_sema)
