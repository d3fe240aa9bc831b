#pragma once
// Well-formed UTF-8 (RFC 3629).

#include <cstddef>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>

namespace strata {
namespace io {

/// Bytes of the UTF-8 sequence at the start of `text`; 0 if there is none, or a malformed one (overlong, a
/// surrogate, above U+10FFFF, cut off).
constexpr std::size_t utf8_sequence(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    const unsigned lead = byte(0);
    if (text.empty()) return 0;
    if (lead < 0x80) return 1;
    if (lead < 0xC2 || lead > 0xF4 || !continues(1)) return 0;
    if (lead < 0xE0) return 2;
    if (!continues(2)) return 0;
    if (lead < 0xF0) return (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F) ? 0 : 3;
    if (!continues(3)) return 0;
    return (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F) ? 0 : 4;
}

/// Whether all of `text` is well-formed UTF-8.
constexpr bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        const std::size_t length = utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// Appends a code point up to U+10FFFF that is not a surrogate.
[[gnu::cold]] void append_utf8(std::string& text, unsigned code);

}  // namespace io
}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::io {

STRATA_FUNCTION void append_utf8(std::string& text, unsigned code) {
    const auto put = [&](unsigned byte) { text += static_cast<char>(static_cast<unsigned char>(byte)); };
    if (code < 0x80) {
        put(code);
    } else if (code < 0x800) {
        put(0xC0 | (code >> 6)), put(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
        put(0xE0 | (code >> 12)), put(0x80 | ((code >> 6) & 0x3F)), put(0x80 | (code & 0x3F));
    } else {
        put(0xF0 | (code >> 18)), put(0x80 | ((code >> 12) & 0x3F));
        put(0x80 | ((code >> 6) & 0x3F)), put(0x80 | (code & 0x3F));
    }
}

}  // namespace strata::io
#endif
