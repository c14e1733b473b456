# cmake --install build --prefix DIR
#
#   DIR/lib/user-inmvisc         the plugin, alone in its folder: what LAMMPS_PLUGIN_PATH names
#   DIR/bin/lmp_inmvisc          with INMVISC_DRIVER
#   DIR/bin/inm_replay           a solver on a stored matrix, without LAMMPS
#   DIR/share/doc/user-inmvisc   licence, how to cite, manual

include(GNUInstallDirs)
set(_plugins ${CMAKE_INSTALL_LIBDIR}/user-inmvisc)
set(_doc ${CMAKE_INSTALL_DATADIR}/doc/user-inmvisc)
install(TARGETS inmviscplugin inmvisc_styles LIBRARY DESTINATION ${_plugins})
if(INMVISC_DRIVER)
  install(TARGETS lmp_inmvisc RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(TARGETS inm_replay RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(FILES README.md CHANGELOG.md CITATION.cff LICENSE DESTINATION ${_doc})
install(DIRECTORY doc/src/ DESTINATION ${_doc}/manual)
install(CODE "message(STATUS \"LAMMPS ${LAMMPS_VERSION} finds the plugin with\"
  \" LAMMPS_PLUGIN_PATH=\${CMAKE_INSTALL_PREFIX}/${_plugins}\")")
