nnc_test(report_test
  SOURCES unit/report_test.cpp unit/report_charts_test.cpp unit/report_text_test.cpp unit/report_blocks_test.cpp
          unit/report_support.cpp unit/report_study.cpp
  LINKS nnc_report)
target_compile_definitions(report_test PRIVATE NNC_RENDER_CHARTS="$<TARGET_FILE:nnc_render_charts>")
add_dependencies(report_test nnc_render_charts)
