nnc_test(exec_test SOURCES unit/exec_test.cpp LINKS nnc_graph_runner)
nnc_test(exec_operations_test SOURCES unit/exec_operations_test.cpp unit/exec_updates_test.cpp LINKS nnc_exec)
nnc_test(exec_threads_test SOURCES unit/exec_threads_test.cpp LINKS nnc_graph_runner)
nnc_test(thread_team_test SOURCES unit/thread_team_test.cpp LINKS nnc_exec)
