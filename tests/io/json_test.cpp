#include "strata/io/json.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#if __has_include(<nlohmann/json.hpp>)
#include <nlohmann/json.hpp>
#define STRATA_HAS_ORACLE 1
#else
#define STRATA_HAS_ORACLE 0
#endif

#include "catch.hpp"
#include "io/support.hpp"

using strata::FileError;
using strata::json_quote;
using strata::io::is_utf8;
using strata::io::JsonReader;
using support::contains;
using support::message_of;

namespace {

const std::string path = "file";

std::string read_string(std::string_view text) {
    JsonReader json(text, path, "header");
    std::string value = json.string();
    json.end();
    return value;
}

std::uint64_t read_integer(std::string_view text) {
    JsonReader json(text, path, "header");
    const std::uint64_t value = json.unsigned_integer();
    json.end();
    return value;
}

template <class Call>
std::string refusal(Call call) {
    return message_of<FileError>(call);
}

}  // namespace

TEST_CASE("UTF-8: the borders of every length, and what is malformed") {
    for (const char* good : {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF",
                             "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF",
                             "a\xC3\xBC"
                             "b"}) {
        CHECK(is_utf8(good));
    }
    CHECK(is_utf8(std::string_view("\0", 1)));
    for (const char* bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2",
                            "\xC2"
                            "a",
                            "\xE0\x9F\xBF", "\xE0\xA0", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF",
                            "\xF0\x90\x80", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xFE"}) {
        CHECK_FALSE(is_utf8(bad));
    }
}

TEST_CASE("strings: escapes and surrogate pairs") {
    CHECK(read_string(R"("")").empty());
    CHECK(read_string(R"( "a\"\\\/\b\f\n\r\tz" )") == "a\"\\/\b\f\n\r\tz");
    CHECK(read_string(R"("\u0041\u00e9\u20AC\ud83D\uDE00")") == "A\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
    CHECK(read_string(R"("\u0000")") == std::string(1, '\0'));
    CHECK(read_string(R"("\uFFFF\uDBFF\uDFFF")") == "\xEF\xBF\xBF\xF4\x8F\xBF\xBF");
    CHECK(read_string("\"gr\xC3\xBC\xC3\x9F\"") == "gr\xC3\xBC\xC3\x9F");
}

TEST_CASE("strings that are refused") {
    const struct {
        const char *text, *found;
    } cases[] = {
        {"", "found the end, expected '\"'"},
        {"x", "found 'x', expected '\"'"},
        {"\"", "found the end"},
        {"\"abc", "byte 4: found the end, expected a closing quote"},
        {"\"a\nb\"", "found byte 10"},
        {"\"\\", "one of the escapes"},
        {"\"\\x41\"", "found 'x'"},
        {"\"\\u12", "four hexadecimal digits"},
        {"\"\\u12G4\"", "found 'G'"},
        {"\"\\ud800\"", "a second surrogate"},
        {"\"\\ud800\\n\"", "a second surrogate"},
        {"\"\\ud800\\u0041\"", "a second surrogate"},
        {"\"\\udc00\"", "a first surrogate"},
        {"\"\xFF\"", "found byte 255, expected well-formed UTF-8"},
        {"\"\xC3\"", "well-formed UTF-8"},
        {"\"a\" x", "nothing but padding"},
        {"'a'", "expected '\"'"},
    };
    for (const auto& bad : cases) {
        const std::string message = refusal([&] { read_string(bad.text); });
        INFO(bad.text << " -> " << message);
        CHECK(contains(message, bad.found));
        CHECK(contains(message, "file: header, byte "));
    }
}

TEST_CASE("unsigned integers") {
    CHECK(read_integer("0") == 0);
    CHECK(read_integer(" 42 ") == 42);
    CHECK(read_integer("18446744073709551615") == UINT64_MAX);
    for (const char* bad : {"", "-1", "+1", "01", "00", "1.0", "1e3", "1E3", "18446744073709551616",
                            "99999999999999999999", "0x10", "NaN", "1 2", "\"1\"", "true", "null"}) {
        INFO(bad);
        CHECK(contains(refusal([&] { read_integer(bad); }), "expected"));
    }
}

TEST_CASE("objects and arrays") {
    const auto read = [](std::string_view text) {
        JsonReader json(text, path, "header");
        std::string seen;
        json.object([&](std::string key) {
            seen += key + ':';
            json.unsigned_array([&](std::uint64_t value) { seen += std::to_string(value) + ','; });
        });
        json.end();
        return seen;
    };
    CHECK(read("{}").empty());
    CHECK(read("{ \"a\" : [ ] , \"b\":[1,\t2\r\n] }  ") == "a:b:1,2,");
    for (const char* bad :
         {"",           "{",           "[]",           "{\"a\"",       "{\"a\":",       "{\"a\":[",
          "{\"a\":[1",  "{\"a\":[1,",  "{\"a\":[1,]}", "{\"a\":[,1]}", "{\"a\":[1 2]}", "{\"a\":[]",
          "{\"a\":[]]", "{\"a\":[],}", "{,}",          "{a:[]}",       "{\"a\":[]}}",   "{\"a\":[[]]}",
          "{\"a\":{}}", "{\"a\"[]}",   "{}\n{}"}) {
        INFO(bad);
        CHECK(contains(refusal([&] { read(bad); }), "expected"));
    }
}

TEST_CASE("json_quote escapes what JSON demands, and refuses what is not UTF-8") {
    CHECK(json_quote("") == "\"\"");
    CHECK(json_quote(std::string_view("a\"\\/\b\f\n\r\t\x01\x1F\x7F\0z", 14)) ==
          R"("a\"\\/\b\f\n\r\t\u0001\u001f\u007f\u0000z")");
    CHECK(json_quote("gr\xC3\xBC\xC3\x9F") == "\"gr\xC3\xBC\xC3\x9F\"");
    CHECK_THROWS_AS(json_quote("\xFF"), strata::ValueError);
}

TEST_CASE("json_quote and string() are inverse, for nlohmann/json too") {
    std::uint32_t state = 1;
    const auto random = [&](std::uint32_t below) {
        state = state * 1664525u + 1013904223u;
        return (state >> 8) % below;
    };
    for (int i = 0; i < 5000; ++i) {
        std::string text;
        for (std::uint32_t left = random(8); left > 0; --left) {
            constexpr std::uint32_t ranges[] = {0x20, 0x80, 0x800, 0xD800, 0x110000};
            std::uint32_t code = random(ranges[random(5)]);
            if (code >= 0xD800 && code < 0xE000) code -= 0x800;
            strata::io::append_utf8(text, code);
        }
        REQUIRE(is_utf8(text));
        const std::string quoted = json_quote(text);
        REQUIRE(read_string(quoted) == text);
#if STRATA_HAS_ORACLE
        REQUIRE(nlohmann::json::parse(quoted).get<std::string>() == text);
        const std::string ascii = nlohmann::json(text).dump(-1, ' ', true);  // everything else as \u
        REQUIRE(read_string(ascii) == text);
#endif
    }
}

#if STRATA_HAS_ORACLE
TEST_CASE("random bytes between quotes: string() accepts what nlohmann/json accepts") {
    std::uint32_t state = 7;
    const auto random = [&] {
        state = state * 1664525u + 1013904223u;
        return state >> 16;
    };
    constexpr std::string_view alphabet("\\u\"nDdcC8029 aF\xC3\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\x01\x1F\x7F");
    int accepted = 0;
    for (int i = 0; i < 100'000; ++i) {
        std::string text = "\"";
        for (unsigned left = random() % 9; left > 0; --left) text += alphabet[random() % alphabet.size()];
        text += '"';
        const nlohmann::json expected = nlohmann::json::parse(text, nullptr, false);
        try {
            const std::string value = read_string(text);
            REQUIRE(!expected.is_discarded());
            REQUIRE(value == expected.get<std::string>());
            ++accepted;
        } catch (const FileError& error) {
            INFO(text << " -> " << error.what());
            REQUIRE(expected.is_discarded());
        }
    }
    CHECK(accepted > 5000);
}
#endif
