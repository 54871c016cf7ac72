nnc_test(base_test SOURCES unit/base_test.cpp unit/number_text_test.cpp unit/text_diff_test.cpp LINKS nnc_base)
nnc_embed(base_test embedded_test_files unit/base.cmake unit/base_test.cpp)
