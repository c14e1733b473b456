# Optional libraries for the solvers that work on a distributed matrix.
#
#   INMVISC_SCALAPACK, INMVISC_ELPA   AUTO  use it if it is there
#                                     ON    stop if it is not
#                                     OFF   leave it out
#   SCALAPACK_LIBRARIES               where ScaLAPACK is if pkg-config does not know, for example
#                                     "mkl_scalapack_lp64;mkl_blacs_openmpi_lp64"
#
# Makes the target distributed_solvers: definitions INM_SCALAPACK and INM_ELPA, and what to link.
# Both libraries must have been built with the MPI of LAMMPS.

include(CheckCSourceCompiles)
include(CheckSymbolExists)
find_package(PkgConfig QUIET)
set(INMVISC_SCALAPACK AUTO CACHE STRING "solver scalapack: AUTO, ON or OFF")
set(INMVISC_ELPA AUTO CACHE STRING "solver elpa: AUTO, ON or OFF")
set(SCALAPACK_LIBRARIES "" CACHE STRING "ScaLAPACK, if pkg-config does not find it")
add_library(distributed_solvers INTERFACE)

# MPI, BLAS and LAPACK are those of the build, whatever these were linked with when packaged
set(_not_ours "/lib(mpi|blas|lapack|openblas)[^/]*$")

# true if a program with these libraries links
function(inmvisc_links variable libraries includes source)
  set(CMAKE_REQUIRED_LIBRARIES ${libraries} MPI::MPI_C LAPACK::LAPACK m)
  set(CMAKE_REQUIRED_INCLUDES ${includes})
  set(CMAKE_REQUIRED_QUIET ON)
  check_c_source_compiles("${source}" ${variable})
endfunction()

# say what was found, or stop if it must be there and is not
function(inmvisc_report name wanted found)
  if(found)
    message(STATUS "${name}: ${found}")
  elseif(wanted STREQUAL "ON")
    message(FATAL_ERROR "${name} was asked for and not found, or it does not link with this MPI")
  else()
    message(STATUS "${name}: not found, its solver is left out")
  endif()
endfunction()

if(INMVISC_SCALAPACK)
  set(_found "")
  set(_libraries ${SCALAPACK_LIBRARIES})
  if(NOT _libraries AND PKG_CONFIG_FOUND)
    # Debian has one for each MPI, others have the one name
    set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_C)
    check_symbol_exists(OPEN_MPI mpi.h INMVISC_OPEN_MPI)
    unset(CMAKE_REQUIRED_LIBRARIES)
    set(_mpi mpich)
    if(INMVISC_OPEN_MPI)
      set(_mpi openmpi)
    endif()
    pkg_search_module(PC_SCALAPACK QUIET scalapack-${_mpi} scalapack)
    set(_libraries ${PC_SCALAPACK_LINK_LIBRARIES})
    list(FILTER _libraries EXCLUDE REGEX ${_not_ours})
  endif()
  if(_libraries)
    inmvisc_links(INMVISC_SCALAPACK_LINKS "${_libraries}" "" "
      #include <mpi.h>
      int Csys2blacs_handle(MPI_Comm); void pdsytrd_(void); void pdstedc_(void);
      int main(void) { pdsytrd_(); pdstedc_(); return Csys2blacs_handle(MPI_COMM_SELF); }")
    if(INMVISC_SCALAPACK_LINKS)
      set(_found ${_libraries})
      target_compile_definitions(distributed_solvers INTERFACE INM_SCALAPACK)
      target_link_libraries(distributed_solvers INTERFACE ${_libraries})
    endif()
  endif()
  inmvisc_report(ScaLAPACK "${INMVISC_SCALAPACK}" "${_found}")
endif()

if(INMVISC_ELPA)
  set(_found "")
  if(PKG_CONFIG_FOUND)
    pkg_search_module(PC_ELPA QUIET elpa elpa_openmp)
  endif()
  if(PC_ELPA_FOUND)
    set(_libraries ${PC_ELPA_LINK_LIBRARIES})
    list(FILTER _libraries EXCLUDE REGEX ${_not_ours})
    inmvisc_links(INMVISC_ELPA_LINKS "${_libraries}" "${PC_ELPA_INCLUDE_DIRS}" "
      #include <elpa/elpa.h>
      int main(void) { int error; elpa_eigenvectors_double(0, 0, 0, 0, &error);
                       return elpa_init(ELPA_API_VERSION); }")
    if(INMVISC_ELPA_LINKS)
      set(_found "${PC_ELPA_VERSION}")
      target_compile_definitions(distributed_solvers INTERFACE INM_ELPA)
      target_include_directories(distributed_solvers SYSTEM INTERFACE ${PC_ELPA_INCLUDE_DIRS})
      target_link_libraries(distributed_solvers INTERFACE ${_libraries})
    endif()
  endif()
  inmvisc_report(ELPA "${INMVISC_ELPA}" "${_found}")
endif()
