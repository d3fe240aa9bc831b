// Strata's compiled part: what does not depend on a program's types, once per program instead of once per source file.
// Compile this one file, and every other one with -DSTRATA_COMPILED. With CMake it is the target strata::compiled.

#define STRATA_COMPILED_SOURCE
#include <strata/strata.hpp>
