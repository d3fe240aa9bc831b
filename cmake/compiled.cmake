# The compiled part. Defines
#   strata::compiled    what strata::strata is, with the parts that do not depend on a program's types in a static library
# The library is built by the project that links it, with that project's compiler and flags, and only then. Read by the
# build itself and by the installed package; STRATA_INCLUDE_DIR is the folder that holds strata/.

get_property(_strata_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if("CXX" IN_LIST _strata_languages AND NOT TARGET strata_compiled)
    add_library(strata_compiled STATIC EXCLUDE_FROM_ALL "${STRATA_INCLUDE_DIR}/strata/compiled.cpp")
    add_library(strata::compiled ALIAS strata_compiled)
    target_compile_definitions(strata_compiled PUBLIC STRATA_COMPILED)
    target_link_libraries(strata_compiled PUBLIC strata::strata)
endif()
