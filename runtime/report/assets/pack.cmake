# cmake -DMODULES=<node_modules> -DOUT=<file.gz> -P pack.cmake
# The licence texts of everything in the bundles, Vega and Vega-Lite, as one gzip file with the same bytes every time.
file(GLOB licences LIST_DIRECTORIES false
  ${MODULES}/vega/LICENSE ${MODULES}/vega-lite/LICENSE ${MODULES}/d3-*/LICENSE ${MODULES}/topojson-client/LICENSE*
  ${MODULES}/delaunator/LICENSE ${MODULES}/internmap/LICENSE ${MODULES}/robust-predicates/LICENSE)
string(REGEX REPLACE "\\.gz$" "" plain ${OUT})
file(WRITE ${plain} "/*! Vega and Vega-Lite with the packages they contain, under these licences.\n")
foreach(licence ${licences})
  get_filename_component(folder ${licence} DIRECTORY)
  get_filename_component(package ${folder} NAME)
  file(READ ${licence} text)
  file(APPEND ${plain} "\n--- ${package}\n\n${text}")
endforeach()
file(APPEND ${plain} "*/\n")
foreach(bundle vega/build/vega.min.js vega-lite/build/vega-lite.min.js)
  file(READ ${MODULES}/${bundle} text)
  string(REGEX REPLACE "\n//# sourceMappingURL=[^\n]*" "" text "${text}")
  file(APPEND ${plain} "${text}\n;\n")
endforeach()
execute_process(COMMAND gzip -9 -n -f -k ${plain} COMMAND_ERROR_IS_FATAL ANY)
