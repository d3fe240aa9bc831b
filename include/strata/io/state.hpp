#pragma once
// Saving and loading named tensors in place: the layer between a model's parameters and a safetensors file.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "strata/core/error.hpp"
#include "strata/core/message.hpp"
#include "strata/io/safetensors.hpp"

namespace strata {

/// A tensor in memory that a file is saved from or loaded into: `bytes` bytes at `data`, dense and row-major.
struct NamedTensor {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::size_t> shape;
    void* data = nullptr;
    std::size_t bytes = 0;
};

/// Writes the tensors in the order given, atomically. Throws ValueError for a name twice or a size that is
/// not that of the shape, FileError if the file cannot be written; then the old file is as it was.
[[gnu::cold]] inline void save_state(const std::string& path, std::span<const NamedTensor> tensors,
                                     const Metadata& metadata = {}) {
    std::vector<TensorToWrite> views;
    views.reserve(tensors.size());
    for (const NamedTensor& tensor : tensors) {
        views.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.data, tensor.bytes});
    }
    write_safetensors(path, views, metadata);
}

namespace io {

/// One line for each way in which the file differs from what is expected; empty if there is none.
[[gnu::cold]] inline std::vector<std::string> state_differences(const SafetensorsFile& file,
                                                                std::span<const NamedTensor> tensors) {
    std::vector<std::string> lines;
    const auto describe = [](const std::string& name, DType dtype, std::span<const std::size_t> shape) {
        return json_quote(name) + ' ' + std::string(dtype_name(dtype)) + ' ' + shape_text(shape);
    };
    std::vector<std::string_view> expected;
    for (const NamedTensor& tensor : tensors) {
        expected.push_back(tensor.name);
        const TensorEntry* entry = file.find(tensor.name);
        if (entry == nullptr) {
            lines.push_back("missing:    " + describe(tensor.name, tensor.dtype, tensor.shape));
            continue;
        }
        if (entry->shape != tensor.shape) {
            std::string line = "shape:      " + json_quote(tensor.name) + " found " +
                               shape_text(entry->shape) + ", expected " + shape_text(tensor.shape);
            if (std::equal(entry->shape.rbegin(), entry->shape.rend(), tensor.shape.begin(),
                           tensor.shape.end())) {
                line += ": transposed? Weights are stored [out, in]";
            }
            lines.push_back(line);
        }
        if (entry->dtype != tensor.dtype) {
            lines.push_back("dtype:      " + json_quote(tensor.name) + " found " +
                            std::string(dtype_name(entry->dtype)) + ", expected " +
                            std::string(dtype_name(tensor.dtype)));
        }
    }
    std::sort(expected.begin(), expected.end());
    for (const TensorEntry& entry : file.entries()) {
        if (std::binary_search(expected.begin(), expected.end(), entry.name)) continue;
        lines.push_back("unexpected: " + describe(entry.name, entry.dtype, entry.shape));
    }
    return lines;
}

}  // namespace io

/// Reads every tensor from the file into its place; the names, shapes and types must be exactly those of the
/// file. Throws FileError for a file that is not sound, StateError with one line per difference for a sound
/// file of another network, ValueError for a size that is not that of the shape. Whatever is thrown, no
/// tensor has changed: all data is read before the first byte is copied, which takes a second copy of it in
/// memory.
[[gnu::cold]] inline void load_state(const std::string& path, std::span<const NamedTensor> tensors) {
    std::vector<std::string_view> names;
    std::size_t total = 0;
    for (const NamedTensor& tensor : tensors) {
        io::check_tensor({tensor.name, tensor.dtype, tensor.shape, tensor.data, tensor.bytes});
        names.push_back(tensor.name);
        total += tensor.bytes;
    }
    if (const auto* name = io::find_duplicate(names)) {
        throw ValueError(message("tensor ", io::shown(*name), ": found this name twice, expected it once"));
    }
    const SafetensorsFile file(path);
    if (const auto lines = io::state_differences(file, tensors); !lines.empty()) {
        std::string message = path +
                              ": the file is sound, and does not fit: " + std::to_string(lines.size()) +
                              (lines.size() == 1 ? " difference" : " differences");
        for (const std::string& line : lines) message += "\n  " + line;
        throw StateError(message);
    }
    std::vector<unsigned char> staging(total);
    unsigned char* next = staging.data();
    for (const NamedTensor& tensor : tensors) {
        file.read(*file.find(tensor.name), next);
        next += tensor.bytes;
    }
    next = staging.data();
    for (const NamedTensor& tensor : tensors) {
        if (tensor.bytes > 0) std::memcpy(tensor.data, next, tensor.bytes);
        next += tensor.bytes;
    }
}

}  // namespace strata
