// Whether a program and the library that it loads with dlopen (the first argument) have one default generator.
#include <cstdio>
#include <strata/random/generator.hpp>

#include <dlfcn.h>

int main(int count, char** arguments) {
    void* const library = count == 2 ? ::dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL) : nullptr;
    void* const function = library == nullptr ? nullptr : ::dlsym(library, "plugin_generator");
    if (function == nullptr) {
        std::puts("the library could not be loaded");
        return 2;
    }
    strata::manual_seed(1234);
    auto* const theirs = static_cast<strata::Generator*>(reinterpret_cast<void* (*)()>(function)());
    const bool one = theirs == &strata::default_generator() && theirs->seed() == 1234;
    std::puts(one ? "one default generator" : "two default generators");
    return one ? 0 : 1;
}
