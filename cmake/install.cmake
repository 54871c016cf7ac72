# cmake --install build/release: the program, its manual page, and what shells complete with. The page and completions
# are printed by the program itself, so they are as old as it is.
include(GNUInstallDirs)
set(pages ${PROJECT_BINARY_DIR}/share)
file(MAKE_DIRECTORY ${pages})
add_custom_command(TARGET nnc POST_BUILD
  COMMAND nnc man > ${pages}/nnc.1
  COMMAND nnc completions bash > ${pages}/nnc.bash
  COMMAND nnc completions zsh > ${pages}/_nnc
  COMMAND nnc completions fish > ${pages}/nnc.fish
  VERBATIM)
install(TARGETS nnc RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES ${pages}/nnc.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${pages}/nnc.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions RENAME nnc)
install(FILES ${pages}/_nnc DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${pages}/nnc.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
