# What Strata links: OpenBLAS, zlib, threads and xtensor. Read by the build itself and by
# the installed package, so that both look in the same places and complain in the same words.

# Imported targets are GLOBAL, so that whoever takes Strata in as a subdirectory can link them too.

# A missing dependency is reported with its Debian package; inside find_package(strata) it is that call which fails.
macro(strata_missing what package)
    set(_strata_message "Strata needs ${what}. Debian and Ubuntu: apt install ${package}. "
                        "Elsewhere: add its prefix to CMAKE_PREFIX_PATH.")
    list(JOIN _strata_message "" _strata_message)
    if(CMAKE_FIND_PACKAGE_NAME STREQUAL "strata")
        set(strata_FOUND FALSE)
        set(strata_NOT_FOUND_MESSAGE "${_strata_message}")
        return()
    endif()
    message(FATAL_ERROR "${_strata_message}")
endmacro()

find_package(Threads QUIET GLOBAL)
if(NOT Threads_FOUND)
    strata_missing("a threads library" "libc6-dev")
endif()

find_package(ZLIB QUIET GLOBAL)
if(NOT ZLIB_FOUND)
    strata_missing("zlib (zlib.h)" "zlib1g-dev")
endif()

if(NOT TARGET strata::openblas)
    find_library(STRATA_OPENBLAS_LIBRARY openblas PATH_SUFFIXES openblas DOC "the OpenBLAS library")
    if(NOT STRATA_OPENBLAS_LIBRARY)
        strata_missing("OpenBLAS (libopenblas)" "libopenblas-dev")
    endif()
    mark_as_advanced(STRATA_OPENBLAS_LIBRARY)
    add_library(strata::openblas UNKNOWN IMPORTED GLOBAL)
    set_target_properties(strata::openblas PROPERTIES IMPORTED_LOCATION "${STRATA_OPENBLAS_LIBRARY}")
endif()

if(NOT TARGET strata::xtensor)
    # xtensor moved its headers after 0.25.
    find_path(STRATA_XTENSOR_INCLUDE_DIR NAMES xtensor/containers/xtensor.hpp xtensor/xtensor.hpp
              DOC "the folder that holds xtensor/")
    find_path(STRATA_XTL_INCLUDE_DIR xtl/xtl_config.hpp DOC "the folder that holds xtl/ (xtensor includes it)")
    if(NOT STRATA_XTENSOR_INCLUDE_DIR)
        strata_missing("xtensor (xtensor/xtensor.hpp)" "libxtensor-dev")
    endif()
    if(NOT STRATA_XTL_INCLUDE_DIR)
        strata_missing("xtl (xtl/xtl_config.hpp)" "libxtensor-dev")
    endif()
    mark_as_advanced(STRATA_XTENSOR_INCLUDE_DIR STRATA_XTL_INCLUDE_DIR)
    add_library(strata::xtensor INTERFACE IMPORTED GLOBAL)
    target_include_directories(strata::xtensor SYSTEM INTERFACE
        "${STRATA_XTENSOR_INCLUDE_DIR}" "${STRATA_XTL_INCLUDE_DIR}")
endif()
