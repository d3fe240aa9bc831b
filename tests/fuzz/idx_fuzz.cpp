// libFuzzer target for read_idx_images and read_idx_labels. An input is taken as it is, which is how gzip
// data is reached, and with each of the two magic numbers in front. What is accepted must hold what it
// promises.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Itests \
//         tests/fuzz/idx_fuzz.cpp -o idx_fuzz -lz
//     mkdir corpus && ./idx_fuzz -max_len=4096 corpus

#include <cstddef>
#include <cstdint>
#include <string>

#include "fuzz/memory_file.hpp"
#include "strata/data/idx.hpp"

namespace {

void check(const std::string& path) {
    try {
        const strata::IdxImages images = strata::read_idx_images(path);
        fuzz::require(images.pixels.size() == images.count * images.rows * images.columns);
        fuzz::require(images.count > 0 && images.rows > 0 && images.columns > 0);
    } catch (const strata::FileError&) {
        // the expected answer to nearly every input
    }
    try {
        fuzz::require(!strata::read_idx_labels(path).empty());
    } catch (const strata::FileError&) {
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::MemoryFile memory;
    memory.write(data, size);
    check(memory.path());
    for (const char dimensions : {'\1', '\3'}) {
        std::string file{'\0', '\0', '\x08', dimensions};
        file.append(reinterpret_cast<const char*>(data), size);
        memory.write(file.data(), file.size());
        check(memory.path());
    }
    return 0;
}
