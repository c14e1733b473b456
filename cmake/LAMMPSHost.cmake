# Find the LAMMPS that the plugin is built for.
#
#   LAMMPS_SOURCE_DIR   the src folder of the source tree (headers are not installed completely)
#   LAMMPS_BINARY       the executable, built as a shared library with PLUGIN, of the same version
#   LAMMPS_LIBRARY      that library, if it is not beside the executable or if there is no executable
#   LAMMPS_SIZES        smallbig or bigbig, as that binary was built; default: what it says
#   LAMMPS_CXX_STANDARD default: what fits what it says
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

# build/lmp, and the library beside it for the tests and the driver
if(EXISTS "${LAMMPS_BINARY}")
  get_filename_component(_bindir ${LAMMPS_BINARY} DIRECTORY)
  file(CREATE_LINK ${LAMMPS_BINARY} ${PROJECT_BINARY_DIR}/lmp SYMBOLIC)
  find_library(LAMMPS_LIBRARY NAMES lammps NO_DEFAULT_PATH
    PATHS ${_bindir} ${_bindir}/../lib ${_bindir}/../lib/${CMAKE_LIBRARY_ARCHITECTURE})
elseif(NOT LAMMPS_LIBRARY)
  message(WARNING "LAMMPS_BINARY=${LAMMPS_BINARY} does not exist: the plugin is built, the tests are not")
endif()

# What the host was compiled with: asked from "lmp -h", or read from the library where lmp does not run, as on the
# front end of some clusters.
set(_help "")
if(EXISTS "${LAMMPS_BINARY}")
  execute_process(COMMAND ${CMAKE_COMMAND} -E env LAMMPS_PLUGIN_PATH= ${LAMMPS_BINARY} -h
    OUTPUT_VARIABLE _help ERROR_QUIET TIMEOUT 60)
endif()
set(_std_format "Using fmt library emulation with std::format")
string(REGEX MATCH "C\\+\\+ standard: [^\n]*" _host_standard "${_help}")
string(REGEX MATCH "Embedded fmt library[^\n]*|${_std_format}" _host_format "${_help}")
if(NOT _host_format AND LAMMPS_LIBRARY)
  file(STRINGS ${LAMMPS_LIBRARY} _host_format LIMIT_COUNT 1 LENGTH_MINIMUM 40 REGEX "${_std_format}")
endif()

set(_sizes smallbig)
if(_help MATCHES "-DLAMMPS_BIGBIG")
  set(_sizes bigbig)
endif()
set(LAMMPS_SIZES ${_sizes} CACHE STRING "integer sizes of the LAMMPS binary: smallbig or bigbig")
string(TOUPPER ${LAMMPS_SIZES} LAMMPS_SIZES_UPPER)

# LAMMPS refuses a standard below its own: C++17 since 2025, C++11 before.  Where it was compiled as C++20 and has
# std::format, its functions for errors and the log are others than those with its own fmt library.
if(NOT LAMMPS_CXX_STANDARD)
  file(STRINGS ${LAMMPS_SOURCE_DIR}/lmptype.h _cxx17 REGEX "201703L")
  set(LAMMPS_CXX_STANDARD 11)
  if(_host_format MATCHES "std::format")
    set(LAMMPS_CXX_STANDARD 20)
  elseif(_cxx17)
    set(LAMMPS_CXX_STANDARD 17)
  endif()
endif()
if(_host_format MATCHES "std::format")
  include(CheckCXXSourceCompiles)
  set(CMAKE_REQUIRED_FLAGS ${CMAKE_CXX${LAMMPS_CXX_STANDARD}_STANDARD_COMPILE_OPTION})
  check_cxx_source_compiles("#include <format>\nint main() { return std::format(\"{}\", 1).empty(); }"
    INMVISC_STD_FORMAT_${LAMMPS_CXX_STANDARD})
  unset(CMAKE_REQUIRED_FLAGS)
  if(NOT INMVISC_STD_FORMAT_${LAMMPS_CXX_STANDARD})
    message(FATAL_ERROR "This LAMMPS uses std::format, which ${CMAKE_CXX_COMPILER} with C++${LAMMPS_CXX_STANDARD} "
      "does not have: give the compiler of LAMMPS, -DCMAKE_CXX_COMPILER=..., and no LAMMPS_CXX_STANDARD below 20")
  endif()
endif()
string(JOIN ", " _host ${_host_standard} ${_host_format})
message(STATUS "LAMMPS is ${LAMMPS_SIZES}; it says: ${_host}")
message(STATUS "The package is compiled as C++${LAMMPS_CXX_STANDARD}")

add_library(lammps_headers INTERFACE)
target_include_directories(lammps_headers SYSTEM INTERFACE ${LAMMPS_SOURCE_DIR})
if(LAMMPS_LIBRARY)
  add_library(lammps_library INTERFACE)
  target_link_libraries(lammps_library INTERFACE ${LAMMPS_LIBRARY} lammps_headers)
endif()
