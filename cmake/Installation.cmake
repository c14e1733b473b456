# cmake --install build --prefix DIR
#
#   DIR/lib/user-inmvisc         the plugin, alone in its folder: what LAMMPS_PLUGIN_PATH names
#   DIR/bin/lmp_inmvisc          with INMVISC_DRIVER
#   DIR/bin/inm_replay           a solver on a stored matrix, without LAMMPS
#   DIR/bin/inmvisc              pages and numbers from a run: page, edge, green-kubo, modulus, compare
#   DIR/share/user-inmvisc       inmvisc.inc, the Python package below tools, examples
#   DIR/share/doc/user-inmvisc   licence, how to cite, manual: html, and its source
#   DIR/share/man/man1           inmvisc.1

include(GNUInstallDirs)
set(_plugins ${CMAKE_INSTALL_LIBDIR}/user-inmvisc)
set(_share ${CMAKE_INSTALL_DATADIR}/user-inmvisc)
set(_doc ${CMAKE_INSTALL_DATADIR}/doc/user-inmvisc)
install(TARGETS inmviscplugin inmvisc_styles LIBRARY DESTINATION ${_plugins})
if(INMVISC_DRIVER)
  install(TARGETS lmp_inmvisc RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS inm_replay RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md CHANGELOG.md CITATION.cff LICENSE DESTINATION ${_doc})
install(DIRECTORY doc/src/ DESTINATION ${_doc}/manual)

# the include file, the tools and the examples, in the places that they have relative to each other in the source
# tree; tools for developers stay there
install(FILES share/inmvisc.inc DESTINATION ${_share}/share)
install(PROGRAMS tools/inmvisc-tool tools/python.sh DESTINATION ${_share}/tools)
install(DIRECTORY tools/inmvisc DESTINATION ${_share}/tools PATTERN __pycache__ EXCLUDE)
install(DIRECTORY examples DESTINATION ${_share} PATTERN __pycache__ EXCLUDE PATTERN results EXCLUDE)
file(RELATIVE_PATH _tool /${CMAKE_INSTALL_BINDIR} /${_share}/tools/inmvisc-tool)
if(IS_ABSOLUTE "${CMAKE_INSTALL_BINDIR}" OR IS_ABSOLUTE "${_share}")
  set(_tool ${CMAKE_INSTALL_FULL_DATADIR}/user-inmvisc/tools/inmvisc-tool)
else()
  set(_tool "$(dirname \"$(readlink -f \"$0\")\")/${_tool}")
endif()
file(WRITE ${PROJECT_BINARY_DIR}/bin/inmvisc "#!/bin/sh\nexec sh \"${_tool}\" \"$@\"\n")
install(PROGRAMS ${PROJECT_BINARY_DIR}/bin/inmvisc DESTINATION ${CMAKE_INSTALL_BINDIR})

# the manual as HTML, and the man page, where Sphinx and MathJax are: cmake --build build --target manual, which
# make install does
find_program(SPHINX_BUILD sphinx-build)
mark_as_advanced(SPHINX_BUILD)
if(SPHINX_BUILD)
  set(_sphinx ${SPHINX_BUILD} -q -W -c ${PROJECT_SOURCE_DIR}/doc -d ${PROJECT_BINARY_DIR}/manual.doctrees)
  add_custom_target(manual
    COMMAND ${_sphinx} -b html ${PROJECT_SOURCE_DIR}/doc/src ${PROJECT_BINARY_DIR}/manual
    COMMAND ${_sphinx} -b man ${PROJECT_SOURCE_DIR}/doc/src ${PROJECT_BINARY_DIR}/man
    COMMENT "manual" VERBATIM)
endif()
install(DIRECTORY ${PROJECT_BINARY_DIR}/manual/ DESTINATION ${_doc}/html OPTIONAL PATTERN .buildinfo EXCLUDE)
install(FILES ${PROJECT_BINARY_DIR}/man/inmvisc.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 OPTIONAL)

install(CODE "message(STATUS \"LAMMPS ${LAMMPS_VERSION} finds the plugin with\"
  \" LAMMPS_PLUGIN_PATH=\${CMAKE_INSTALL_PREFIX}/${_plugins}\")
message(STATUS \"In your input: include \${CMAKE_INSTALL_PREFIX}/${_share}/share/inmvisc.inc\")
if(NOT EXISTS \"${PROJECT_BINARY_DIR}/manual/index.html\")
  message(STATUS \"No HTML manual: cmake --build ${PROJECT_BINARY_DIR} --target manual needs Sphinx and MathJax\")
endif()")
