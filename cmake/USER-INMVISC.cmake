# For LAMMPS's own build, where tools/package.sh puts this file: the styles are C++ and taken by
# LAMMPS as those of every package, the core in the subfolder inm is C.

if(NOT PKG_USER-INMVISC)
  return()
endif()
if(NOT BUILD_MPI)
  message(FATAL_ERROR "Package USER-INMVISC needs MPI: -D BUILD_MPI=on")
endif()
enable_language(C)
find_package(MPI REQUIRED COMPONENTS C)
find_package(LAPACK REQUIRED)
find_package(Threads REQUIRED)
set(_inmvisc ${LAMMPS_SOURCE_DIR}/USER-INMVISC)
include(${_inmvisc}/DistributedSolvers.cmake)

file(GLOB INM_SOURCES CONFIGURE_DEPENDS ${_inmvisc}/inm/*/*.c)
add_library(inm OBJECT ${INM_SOURCES})
set_target_properties(inm PROPERTIES C_STANDARD 99 C_EXTENSIONS ON
  POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
target_compile_definitions(inm PRIVATE OMPI_SKIP_MPICXX MPICH_SKIP_MPICXX)
target_include_directories(inm PRIVATE ${_inmvisc}/inm)
target_link_libraries(inm PRIVATE distributed_solvers MPI::MPI_C)

# files, not targets: LAMMPS exports what it links, and knows only targets of its own
get_target_property(_solvers distributed_solvers INTERFACE_LINK_LIBRARIES)
if(NOT _solvers)
  set(_solvers "")
endif()
target_sources(lammps PRIVATE $<TARGET_OBJECTS:inm>)
target_include_directories(lammps PRIVATE ${_inmvisc}/inm)
target_link_libraries(lammps PRIVATE
  ${_solvers} ${LAPACK_LIBRARIES} ${CMAKE_THREAD_LIBS_INIT} ${CMAKE_DL_LIBS} m)
