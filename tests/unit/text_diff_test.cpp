// base: the difference of two texts, as `patch` reads it.
#include <catch2/catch.hpp>

#include "compiler/base/text_diff.hpp"

using namespace nnc;

TEST_CASE("a unified diff has hunks with three lines around each change") {
  CHECK(unified_diff("a\n", "a\n").empty());
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nx\n6\n7\n8\n9\n") ==
        "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+x\n 6\n 7\n 8\n");
  CHECK(unified_diff("1\n2\n3\n4\n5\n6\n7\n8\n9\n", "0\n1\n2\n3\n4\n5\n6\n7\n8\n") ==
        "@@ -1,3 +1,4 @@\n+0\n 1\n 2\n 3\n@@ -6,4 +7,3 @@\n 6\n 7\n 8\n-9\n");
  CHECK(unified_diff("", "a\n") == "@@ -0,0 +1 @@\n+a\n");
  CHECK(unified_diff("a", "a\n") == "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+a\n");
}

TEST_CASE("a unified diff names the texts and is coloured where that is wanted") {
  CHECK(unified_diff("a\n", "b\n", {.before = "x", .after = "y"}) == "--- x\n+++ y\n@@ -1 +1 @@\n-a\n+b\n");
  CHECK_THAT(unified_diff("a\n", "b\n", {.color = true}),
             Catch::Contains("\x1b[31m-a\x1b[0m\n\x1b[32m+b\x1b[0m\n"));
}
