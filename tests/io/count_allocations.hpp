#pragma once
// Replaces the global operator new with one that counts. For one file of a program.
// noinline: g++ 12 takes an inlined half of the pair for a mismatch of new and free.

#include <cstddef>
#include <cstdlib>
#include <new>

namespace support {

inline std::size_t allocated_bytes = 0;

/// All bytes that `call` asks operator new for, freed or not.
template <class Call>
std::size_t allocated_by(Call call) {
    const std::size_t before = allocated_bytes;
    call();
    return allocated_bytes - before;
}

}  // namespace support

#if !defined(__CUDACC__)  // nvcc takes the global operator new for the device's
[[gnu::noinline]] void* operator new(std::size_t bytes) {
    support::allocated_bytes += bytes;
    if (void* memory = std::malloc(bytes ? bytes : 1)) return memory;
    throw std::bad_alloc();
}
// Left to the library, this one would be a sanitizer's, and its memory no match for the operator delete
// below.
[[gnu::noinline]] void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    support::allocated_bytes += bytes;
    return std::malloc(bytes ? bytes : 1);
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
