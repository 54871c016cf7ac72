# The helpers that every room uses.

# Warnings, numerics and sanitizers: one set for the whole project.
add_library(nnc_options INTERFACE)
target_include_directories(nnc_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(nnc_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wold-style-cast -Wnon-virtual-dtor
  -Woverloaded-virtual -Werror
  # GCC 12 sees overlaps in std::string's operator+ that are not there (GCC bug 105651).
  -Wno-restrict
  # The same bits whatever the compiler would like to contract or reorder.
  -ffp-contract=off)
if(NNC_SANITIZE)
  # With the sanitizers' own code in between, GCC takes members of moved variants for uninitialised.
  target_compile_options(nnc_options INTERFACE -fsanitize=address,undefined -fno-sanitize-recover=all
    -fno-omit-frame-pointer -Wno-maybe-uninitialized)
  target_link_options(nnc_options INTERFACE -fsanitize=address,undefined)
endif()
if(NNC_UNITY)
  # Classes of one file with members of the other types of that file: in one file with others GCC takes it for a header.
  target_compile_options(nnc_options INTERFACE -Wno-subobject-linkage)
endif()

# nnc_library(name SOURCES a.cpp ... LINKS other_room ... PRIVATE_LINKS package ...)
function(nnc_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  if(ARG_SOURCES)
    add_library(${name} STATIC ${ARG_SOURCES})
    target_link_libraries(${name} PUBLIC nnc_options ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
    # A few files at a time; more share more headers and templates, but leave a core idle at the end.
    set_target_properties(${name} PROPERTIES UNITY_BUILD ${NNC_UNITY} UNITY_BUILD_BATCH_SIZE 8)
  else()
    add_library(${name} INTERFACE)
    target_link_libraries(${name} INTERFACE nnc_options ${ARG_LINKS})
  endif()
endfunction()

# nnc_test(name SOURCES a_test.cpp ... LINKS room ...): a Catch2 program, run as one test of ctest.
function(nnc_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE nnc_options ${ARG_LINKS} Catch2::Catch2WithMain)
  target_compile_definitions(${name} PRIVATE NNC_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(NNC_SANITIZE)
    # The tests' own code takes half as long to compile so, and little time to run; what is tested stays as it is.
    target_compile_options(${name} PRIVATE -O0)
    target_precompile_headers(${name} REUSE_FROM nnc_test_headers)
  endif()
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  foreach(source ${ARG_SOURCES})
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
    set_property(GLOBAL APPEND PROPERTY NNC_TEST_SOURCES ${source})
  endforeach()
endfunction()

include(${CMAKE_CURRENT_LIST_DIR}/embed.cmake)
