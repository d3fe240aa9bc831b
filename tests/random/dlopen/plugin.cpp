// A library that is loaded while the program runs; compiled with hidden visibility, as many are.
#include <strata/random/generator.hpp>

extern "C" [[gnu::visibility("default")]] void* plugin_generator() { return &strata::default_generator(); }
