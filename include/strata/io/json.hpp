#pragma once
// The part of JSON (RFC 8259) that file headers need: objects, arrays, strings, unsigned integers. Strict.
// Not nlohmann/json, since that header alone adds two seconds to the compile time of every program.

#include <cstddef>
#include <cstdint>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>
#include <utility>

#include <strata/core/error.hpp>
#include <strata/io/input_file.hpp>
#include <strata/io/utf8.hpp>

namespace strata {
/// `text` as a JSON string, with its quotes. Throws ValueError if it is not UTF-8.
[[gnu::cold]] std::string json_quote(std::string_view text);

namespace io {

/// A cursor over JSON text. The caller says what must come next and nothing recurses, so that no input nests
/// deeper than the caller's own calls. Every refusal is a FileError: path, byte in `field`, found, expected.
class JsonReader {
public:
    /// `text` and `path` must outlive the reader; `field` names the text in messages ("header").
    JsonReader(std::string_view text, const std::string& path, const char* field)
        : text_(text), path_(path), field_(field) {}

    /// Reads an object; `visit(std::string key)` must read the value. Finding double keys is left to the
    /// caller.
    template <class Visit>
    void object(Visit visit) {
        expect_character('{');
        if (accept('}')) return;
        do {
            std::string key = string();
            expect_character(':');
            visit(std::move(key));
        } while (accept(','));
        expect_character('}');
    }

    /// Reads an array of unsigned integers; `visit(std::uint64_t)`.
    template <class Visit>
    void unsigned_array(Visit visit) {
        expect_character('[');
        if (accept(']')) return;
        do {
            visit(unsigned_integer());
        } while (accept(','));
        expect_character(']');
    }

    /// 0 to 2^64 - 1: no sign, fraction, exponent or leading zero.
    std::uint64_t unsigned_integer();

    std::string string();

    /// Refuses anything but white space up to the end of the text.
    [[gnu::cold]] void end();

    /// Refuses what stands at the cursor.
    [[noreturn]] void refuse(const std::string& expected) const;

private:
    [[gnu::cold]] void skip_space();

    bool at_digit() const;

    bool accept(char c);

    [[gnu::cold]] void expect_character(char c) {
        if (!accept(c)) refuse(std::string("'") + c + "'");
    }

    [[gnu::cold]] void append_escape(std::string& value);

    unsigned hexadecimal();

    std::string_view text_;
    const std::string& path_;
    const char* field_;
    std::size_t position_ = 0;
};

}  // namespace io
}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION std::string json_quote(std::string_view text) {
    if (!io::is_utf8(text)) throw ValueError("JSON string: found bytes that are not UTF-8, expected UTF-8");
    constexpr char digits[] = "0123456789abcdef";
    std::string quoted = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        switch (c) {
        case '"':
            quoted += "\\\"";
            break;
        case '\\':
            quoted += "\\\\";
            break;
        case '\b':
            quoted += "\\b";
            break;
        case '\f':
            quoted += "\\f";
            break;
        case '\n':
            quoted += "\\n";
            break;
        case '\r':
            quoted += "\\r";
            break;
        case '\t':
            quoted += "\\t";
            break;
        default:
            if (byte < 0x20 || byte == 0x7F) {
                quoted += "\\u00";
                quoted += digits[byte >> 4];
                quoted += digits[byte & 15];
            } else {
                quoted += c;
            }
        }
    }
    return quoted += '"';
}

}  // namespace strata
namespace strata::io {

STRATA_FUNCTION std::uint64_t JsonReader::unsigned_integer() {
    skip_space();
    if (!at_digit()) refuse("an unsigned integer");
    const std::size_t start = position_;
    std::uint64_t value = 0;
    for (; at_digit(); ++position_) {
        const auto digit = static_cast<std::uint64_t>(text_[position_] - '0');
        if (value > (UINT64_MAX - digit) / 10) refuse("an integer below 2^64");
        value = 10 * value + digit;
    }
    if (text_[start] == '0' && position_ - start > 1) refuse("an integer without leading zeros");
    if (position_ < text_.size() && std::string_view(".eE").find(text_[position_]) != text_.npos) {
        refuse("an unsigned integer without fraction or exponent");
    }
    return value;
}

STRATA_FUNCTION std::string JsonReader::string() {
    expect_character('"');
    std::string value;
    while (true) {
        if (position_ == text_.size()) refuse("a closing quote");
        const char c = text_[position_];
        if (c == '"') break;
        if (static_cast<unsigned char>(c) < 0x20) refuse("an escaped control character");
        if (c == '\\') {
            append_escape(value);
            continue;
        }
        const std::size_t length = utf8_sequence(text_.substr(position_));
        if (length == 0) refuse("well-formed UTF-8");
        value.append(text_, position_, length);
        position_ += length;
    }
    ++position_;
    return value;
}

STRATA_FUNCTION void JsonReader::end() {
    skip_space();
    if (position_ != text_.size()) refuse("nothing but padding after the closing brace");
}

STRATA_FUNCTION void JsonReader::refuse(const std::string& expected) const {
    std::string found = "the end";
    if (position_ < text_.size()) {
        const auto byte = static_cast<unsigned char>(text_[position_]);
        const bool printable = byte > 0x20 && byte < 0x7F;
        found = printable ? std::string("'") + text_[position_] + "'" : "byte " + std::to_string(byte);
    }
    refuse_field(path_, std::string(field_) + ", byte " + std::to_string(position_), found,
                 "expected " + expected);
}

STRATA_FUNCTION void JsonReader::skip_space() {
    while (position_ < text_.size() && std::string_view(" \t\n\r").find(text_[position_]) != text_.npos) {
        ++position_;
    }
}

STRATA_FUNCTION bool JsonReader::at_digit() const {
    return position_ < text_.size() && text_[position_] >= '0' && text_[position_] <= '9';
}

STRATA_FUNCTION bool JsonReader::accept(char c) {
    skip_space();
    if (position_ == text_.size() || text_[position_] != c) return false;
    ++position_;
    return true;
}

STRATA_FUNCTION void JsonReader::append_escape(std::string& value) {
    ++position_;  // the backslash
    constexpr std::string_view letters = "\"\\/bfnrt", meanings = "\"\\/\b\f\n\r\t";
    const char c = position_ < text_.size() ? text_[position_] : '\0';
    if (const std::size_t i = letters.find(c); i != letters.npos) {
        value += meanings[i];
        ++position_;
        return;
    }
    if (c != 'u') refuse("one of the escapes \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    ++position_;
    unsigned code = hexadecimal();
    if (code >= 0xDC00 && code <= 0xDFFF) refuse("a first surrogate before a second one");
    if (code >= 0xD800 && code <= 0xDBFF) {
        if (text_.substr(position_, 2) != "\\u") refuse("a second surrogate (\\uDC00 to \\uDFFF)");
        position_ += 2;
        const unsigned low = hexadecimal();
        if (low < 0xDC00 || low > 0xDFFF) refuse("a second surrogate (\\uDC00 to \\uDFFF)");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    append_utf8(value, code);
}

STRATA_FUNCTION unsigned JsonReader::hexadecimal() {
    unsigned code = 0;
    for (int i = 0; i < 4; ++i, ++position_) {
        const char c = position_ < text_.size() ? text_[position_] : '\0';
        const bool digit = c >= '0' && c <= '9', lower = c >= 'a' && c <= 'f', upper = c >= 'A' && c <= 'F';
        if (!digit && !lower && !upper) refuse("four hexadecimal digits");
        code = 16 * code + static_cast<unsigned>(digit ? c - '0' : lower ? c - 'a' + 10 : c - 'A' + 10);
    }
    return code;
}

}  // namespace strata::io
#endif
