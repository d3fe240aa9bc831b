#pragma once
// The safetensors format, for reading and writing.

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <strata/core/config.hpp>
#include <strata/core/sort.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strata/io/dtype.hpp>
#include <strata/io/json.hpp>
#include <strata/io/utf8.hpp>

namespace strata {

static_assert(std::endian::native == std::endian::little,
              "safetensors data is little-endian, as is this code");
static_assert(sizeof(std::size_t) == 8, "safetensors offsets have 64 bits");

/// Free text beside the tensors, in the order of the file: {{"format", "pt"}}.
using Metadata = std::vector<std::pair<std::string, std::string>>;

/// One tensor of a file: dense, row-major; its bytes are [begin, end) of the data block.
struct TensorEntry {
    std::string name;
    DType dtype = DType::F32;
    std::vector<std::size_t> shape;
    std::size_t begin = 0, end = 0;

    std::size_t bytes() const { return end - begin; }
};

namespace io {

inline constexpr std::uint64_t max_header_bytes = 100'000'000;  // the format's own limit
inline constexpr std::size_t max_rank = 64;  // ours: bounds memory to a small multiple of the header
inline constexpr std::string_view metadata_name = "__metadata__";

/// A name (UTF-8) for a message: quoted, and cut after 200 bytes.
[[gnu::cold]] std::string shown(std::string_view name);

/// The second of two equal names, or a null pointer; sorts `names`.
const std::string_view* find_duplicate(std::vector<std::string_view>& names);

}  // namespace io

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::io {

STRATA_FUNCTION std::string shown(std::string_view name) {
    std::size_t length = 0;
    while (length < name.size() && length < 200) {
        length += std::max<std::size_t>(1, utf8_sequence(name.substr(length)));
    }
    return json_quote(name.substr(0, length)) + (length < name.size() ? "..." : "");
}

STRATA_FUNCTION const std::string_view* find_duplicate(std::vector<std::string_view>& names) {
    detail::sort(names.data(), names.size(), [](std::string_view a, std::string_view b) { return a < b; });
    for (std::size_t i = 1; i < names.size(); ++i)
        if (names[i - 1] == names[i]) return &names[i];
    return nullptr;
}

}  // namespace strata::io
#endif
