#pragma once
// Saving and loading named tensors in place: the layer between a model's parameters and a safetensors file.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/io/match_state.hpp>
#include <strata/io/safetensors.hpp>

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
[[gnu::cold]] void save_state(const std::string& path, std::span<const NamedTensor> tensors,
                              const Metadata& metadata = {});

/// The same, marked as PyTorch's files are.
[[gnu::cold]] void save_state_for_pytorch(const std::string& path, std::span<const NamedTensor> tensors);

namespace io {

template <class Tensors>
[[gnu::cold]] std::vector<TensorFacts> facts_of(const Tensors& tensors) {
    std::vector<TensorFacts> facts;
    for (const auto& tensor : tensors) facts.push_back({tensor.name, tensor.dtype, tensor.shape});
    return facts;
}

/// Throws ValueError for wrong descriptions of memory.
[[gnu::cold]] void check_tensors(std::span<const NamedTensor> tensors);

}  // namespace io

/// Reads tensors from the file into their places. If `strict`, the names, shapes and types must be exactly
/// those of the file; else those that fit are read. Throws FileError for a file that is not sound, StateError
/// with one line per difference for a sound file of another network (if strict), ValueError for a size that
/// is not that of the shape, and for a prefix that no name begins with. Whatever is thrown, no tensor has
/// changed: all data is read before the first byte is copied, which takes a second copy of it in memory.
[[gnu::cold]] LoadReport load_state(const std::string& path, std::span<const NamedTensor> tensors,
                                    const LoadOptions& options = {});

/// Copies the tensors that are there on both sides, with the same shape and type. Throws ValueError as above.
[[gnu::cold]] LoadReport copy_state(std::span<const NamedTensor> from, std::span<const NamedTensor> to,
                                    const CopyOptions& options = {});

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION void save_state(const std::string& path, std::span<const NamedTensor> tensors,
                                const Metadata& metadata) {
    std::vector<TensorToWrite> views;
    views.reserve(tensors.size());
    for (const NamedTensor& tensor : tensors) {
        views.push_back({tensor.name, tensor.dtype, tensor.shape, tensor.data, tensor.bytes});
    }
    write_safetensors(path, views, metadata);
}

STRATA_FUNCTION void save_state_for_pytorch(const std::string& path, std::span<const NamedTensor> tensors) {
    save_state(path, tensors, {{"format", "pt"}});
}

}  // namespace strata
namespace strata::io {

STRATA_FUNCTION void check_tensors(std::span<const NamedTensor> tensors) {
    std::vector<std::string_view> names;
    for (const NamedTensor& tensor : tensors) {
        check_tensor({tensor.name, tensor.dtype, tensor.shape, tensor.data, tensor.bytes});
        names.push_back(tensor.name);
    }
    if (const auto* name = find_duplicate(names)) {
        throw ValueError(message("tensor ", shown(*name), ": found this name twice, expected it once"));
    }
}

}  // namespace strata::io
namespace strata {

STRATA_FUNCTION LoadReport load_state(const std::string& path, std::span<const NamedTensor> tensors,
                                      const LoadOptions& options) {
    io::check_tensors(tensors);
    const SafetensorsFile file(path);
    io::Matching matching =
        io::match_state(io::facts_of(file.entries()), io::facts_of(tensors), options, path, "the model");
    if (options.strict && !matching.report.complete()) {
        const std::vector<std::string>& lines = matching.report.lines;
        std::string message = path +
                              ": the file is sound, and does not fit: " + std::to_string(lines.size()) +
                              (lines.size() == 1 ? " difference" : " differences");
        io::append_lines(message, lines);
        throw StateError(message);
    }
    std::size_t total = 0;
    for (const auto& [place, source] : matching.pairs) total += tensors[place].bytes;
    std::vector<unsigned char> staging(total);
    unsigned char* next = staging.data();
    for (const auto& [place, source] : matching.pairs) {
        file.read(file.entries()[source], next);
        next += tensors[place].bytes;
    }
    next = staging.data();
    for (const auto& [place, source] : matching.pairs) {
        const NamedTensor& tensor = tensors[place];
        if (tensor.bytes > 0) std::memcpy(tensor.data, next, tensor.bytes);
        next += tensor.bytes;
    }
    return std::move(matching.report);
}

STRATA_FUNCTION LoadReport copy_state(std::span<const NamedTensor> from, std::span<const NamedTensor> to,
                                      const CopyOptions& options) {
    io::check_tensors(from);
    io::check_tensors(to);
    const LoadOptions load{false, options.prefix, options.from, options.to};
    io::Matching matching =
        io::match_state(io::facts_of(from), io::facts_of(to), load, "the first model", "the second model");
    for (const auto& [place, source] : matching.pairs)
        if (to[place].bytes > 0) std::memmove(to[place].data, from[source].data, to[place].bytes);
    return std::move(matching.report);
}

}  // namespace strata
#endif
