nnc_test(format_test SOURCES unit/format_test.cpp LINKS nnc_format)
nnc_test(format_corpus_test SOURCES unit/format_corpus_test.cpp LINKS nnc_format nnc_sema)
