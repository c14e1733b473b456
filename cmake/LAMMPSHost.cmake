# Find the LAMMPS that the plugin is built for.
#
#   LAMMPS_SOURCE_DIR   the src folder of the source tree (headers are not installed completely)
#   LAMMPS_BINARY       the executable, built as a shared library with PLUGIN, of the same version
#   LAMMPS_LIBRARY      that library, if it is not beside the executable or if there is no executable
#   LAMMPS_SIZES        smallbig or bigbig, as that binary was built
#
# Without them: the reference LAMMPS that tools/setup/lammps.sh has made.

if(NOT LAMMPS_SOURCE_DIR)
  execute_process(COMMAND sh ${PROJECT_SOURCE_DIR}/tools/setup/lammps.sh --print
    OUTPUT_VARIABLE _reference OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT EXISTS ${_reference}/built)
    message(FATAL_ERROR "No LAMMPS given and none prepared. Either run 'make', which fetches and builds "
      "one, or give your own: -DLAMMPS_SOURCE_DIR=.../lammps/src -DLAMMPS_BINARY=.../lmp")
  endif()
  set(LAMMPS_SOURCE_DIR ${_reference}/src/src CACHE PATH "src folder of the LAMMPS source tree" FORCE)
  set(LAMMPS_BINARY ${_reference}/build/lmp CACHE FILEPATH "LAMMPS executable" FORCE)
endif()
if(NOT EXISTS ${LAMMPS_SOURCE_DIR}/version.h)
  message(FATAL_ERROR "LAMMPS_SOURCE_DIR=${LAMMPS_SOURCE_DIR} has no version.h: give the src folder of a LAMMPS source tree")
endif()
file(STRINGS ${LAMMPS_SOURCE_DIR}/version.h _version REGEX "LAMMPS_VERSION")
string(REGEX REPLACE ".*\"(.*)\".*" "\\1" LAMMPS_VERSION "${_version}")
message(STATUS "LAMMPS: ${LAMMPS_VERSION}, headers from ${LAMMPS_SOURCE_DIR}")

set(LAMMPS_SIZES smallbig CACHE STRING "integer sizes of the LAMMPS binary: smallbig or bigbig")
string(TOUPPER ${LAMMPS_SIZES} LAMMPS_SIZES_UPPER)

# LAMMPS refuses a standard below its own: C++17 since 2025, C++11 before
file(STRINGS ${LAMMPS_SOURCE_DIR}/lmptype.h _cxx17 REGEX "201703L")
if(_cxx17)
  set(LAMMPS_CXX_STANDARD 17)
else()
  set(LAMMPS_CXX_STANDARD 11)
endif()

add_library(lammps_headers INTERFACE)
target_include_directories(lammps_headers SYSTEM INTERFACE ${LAMMPS_SOURCE_DIR})

# build/lmp, and the library beside it for the tests and the driver
if(EXISTS "${LAMMPS_BINARY}")
  get_filename_component(_bindir ${LAMMPS_BINARY} DIRECTORY)
  file(CREATE_LINK ${LAMMPS_BINARY} ${PROJECT_BINARY_DIR}/lmp SYMBOLIC)
  find_library(LAMMPS_LIBRARY NAMES lammps NO_DEFAULT_PATH
    PATHS ${_bindir} ${_bindir}/../lib ${_bindir}/../lib/${CMAKE_LIBRARY_ARCHITECTURE})
elseif(NOT LAMMPS_LIBRARY)
  message(WARNING "LAMMPS_BINARY=${LAMMPS_BINARY} does not exist: the plugin is built, the tests are not")
endif()
if(LAMMPS_LIBRARY)
  add_library(lammps_library INTERFACE)
  target_link_libraries(lammps_library INTERFACE ${LAMMPS_LIBRARY} lammps_headers)
endif()
