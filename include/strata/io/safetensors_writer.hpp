#pragma once
// Writing the safetensors format.
// Source: https://github.com/huggingface/safetensors, README "Format".

#include <cstddef>
#include <cstdint>
#include <span>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>
#include <vector>

#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/io/atomic_file.hpp>
#include <strata/io/dtype.hpp>
#include <strata/io/json.hpp>
#include <strata/io/safetensors_format.hpp>
#include <strata/io/utf8.hpp>

namespace strata {

/// One tensor to be written: `bytes` bytes at `data`, dense and row-major. A view: it owns nothing.
struct TensorToWrite {
    std::string_view name;
    DType dtype = DType::F32;
    std::span<const std::size_t> shape;
    const void* data = nullptr;
    std::size_t bytes = 0;
};

namespace io {

/// Refuses a tensor that SafetensorsFile would not read back. Throws ValueError.
[[gnu::cold]] void check_tensor(const TensorToWrite& tensor);

/// The header of tensors laid end to end, padded with spaces to a multiple of 8 bytes. Throws ValueError.
[[gnu::cold]] std::string safetensors_header(std::span<const TensorToWrite> tensors,
                                             const Metadata& metadata);

}  // namespace io

/// Writes the tensors in the order given, atomically: at any moment `path` is the old file or the new one.
/// Throws ValueError for tensors that do not make a valid file, FileError if it cannot be written.
[[gnu::cold]] void write_safetensors(const std::string& path, std::span<const TensorToWrite> tensors,
                                     const Metadata& metadata = {});

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::io {

STRATA_FUNCTION void check_tensor(const TensorToWrite& tensor) {
    if (!is_utf8(tensor.name)) {
        throw ValueError("tensor name: found bytes that are not UTF-8, expected UTF-8");
    }
    const std::string field = "tensor " + shown(tensor.name);
    if (tensor.name == metadata_name)
        throw ValueError(message(field, ": found the name that metadata has in the file"));
    if (tensor.shape.size() > max_rank) {
        throw ValueError(
            message(field, ", shape: found ", tensor.shape.size(), " extents, the limit is ", max_rank));
    }
    const std::string tensor_text = message(shape_text(tensor.shape), " of ", dtype_name(tensor.dtype));
    std::size_t bytes = 0;
    if (!tensor_bytes(tensor.dtype, tensor.shape, bytes)) {
        throw ValueError(
            message(field, ", shape: found ", tensor_text, ", expected a whole number of bytes below 2^64"));
    }
    if (bytes != tensor.bytes) {
        throw ValueError(
            message(field, ", bytes: found ", tensor.bytes, ", expected ", bytes, " for ", tensor_text));
    }
}

STRATA_FUNCTION std::string safetensors_header(std::span<const TensorToWrite> tensors,
                                               const Metadata& metadata) {
    std::string header = "{";
    std::vector<std::string_view> names;
    if (!metadata.empty()) {
        header += json_quote(metadata_name) + ":{";
        for (const auto& [key, value] : metadata) {
            header += message(json_quote(key), ':', json_quote(value), ',');
            names.push_back(key);
        }
        header.back() = '}';
    }
    if (const auto* key = find_duplicate(names)) {
        throw ValueError(message("metadata: found the key ", shown(*key), " twice, expected it once"));
    }
    names.clear();
    std::size_t end = 0;
    for (const TensorToWrite& tensor : tensors) {
        check_tensor(tensor);
        names.push_back(tensor.name);
        const std::size_t begin = end;
        end += tensor.bytes;
        if (header.size() > 1) header += ',';
        header += message(json_quote(tensor.name), ":{\"dtype\":\"", dtype_name(tensor.dtype),
                          "\",\"shape\":", shape_text(tensor.shape, ","), ",\"data_offsets\":[", begin, ',',
                          end, "]}");
    }
    if (const auto* name = find_duplicate(names)) {
        throw ValueError(message("tensor ", shown(*name), ": found this name twice, expected it once"));
    }
    header += '}';
    header.append((8 - header.size() % 8) % 8, ' ');
    if (header.size() > max_header_bytes) {
        throw ValueError(
            message("header size: found ", header.size(), " bytes, the limit is ", max_header_bytes));
    }
    return header;
}

}  // namespace strata::io
namespace strata {

STRATA_FUNCTION void write_safetensors(const std::string& path, std::span<const TensorToWrite> tensors,
                                       const Metadata& metadata) {
    const std::string header = io::safetensors_header(tensors, metadata);
    char prefix[8];
    for (int i = 0; i < 8; ++i) prefix[i] = static_cast<char>(header.size() >> 8 * i & 0xFF);
    AtomicFile file(path);
    file.write(prefix, 8);
    file.write(header);
    for (const TensorToWrite& tensor : tensors) file.write(tensor.data, tensor.bytes);
    file.commit();
}

}  // namespace strata
#endif
