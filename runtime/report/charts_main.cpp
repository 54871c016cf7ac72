// A program that does nothing but render charts: `nnc --render-charts` without the rest of nnc, for the
// tests.
#include "runtime/report/report.hpp"

int main() { return nnc::rt::render_charts_main(); }
