// libFuzzer target for SafetensorsFile. An input is taken twice: as a whole file, and as a header, whose
// length is put in front, with as many bytes of data as its last byte says. What is accepted must be
// contiguous and readable, and must be the same after writing its header again.
//
//     clang++ -std=c++20 -g -O1 -fsanitize=fuzzer,address,undefined -Iinclude -Itests \
//         tests/fuzz/safetensors_fuzz.cpp -o safetensors_fuzz
//     mkdir corpus && cp tests/golden/*.safetensors corpus && ./safetensors_fuzz -max_len=4096 corpus

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "fuzz/memory_file.hpp"
#include "strata/io/safetensors.hpp"

namespace {

std::string with_length(const std::string& header) {
    std::string file;
    for (int i = 0; i < 8; ++i) file += static_cast<char>(header.size() >> 8 * i & 0xFF);
    return file + header;
}

void check(const fuzz::MemoryFile& memory) {
    try {
        const strata::SafetensorsFile file(memory.path());
        std::vector<strata::TensorToWrite> tensors;
        std::string data;
        for (const strata::TensorEntry& entry : file.entries()) {
            fuzz::require(entry.begin == data.size() && file.find(entry.name) == &entry);
            data.resize(entry.end);
            file.read(entry, data.data() + entry.begin);
            tensors.push_back({entry.name, entry.dtype, entry.shape, nullptr, entry.bytes()});
        }
        const std::string again =
            with_length(strata::io::safetensors_header(tensors, file.metadata())) + data;
        const fuzz::MemoryFile copy;
        copy.write(again.data(), again.size());
        const strata::SafetensorsFile second(copy.path());
        fuzz::require(second.metadata() == file.metadata() && second.entries().size() == tensors.size());
        for (const strata::TensorEntry& entry : file.entries()) {
            const strata::TensorEntry* other = second.find(entry.name);
            fuzz::require(other != nullptr && other->dtype == entry.dtype && other->shape == entry.shape &&
                          other->begin == entry.begin && other->end == entry.end);
        }
    } catch (const strata::FileError&) {
        // the expected answer to nearly every input
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::MemoryFile memory;
    memory.write(data, size);
    check(memory);
    if (size == 0) return 0;
    const std::string file =
        with_length({reinterpret_cast<const char*>(data), size - 1}) + std::string(data[size - 1], 'x');
    memory.write(file.data(), file.size());
    check(memory);
    return 0;
}
