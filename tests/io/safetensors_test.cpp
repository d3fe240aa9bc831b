#include "strata/io/safetensors.hpp"

#include <bit>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#if __has_include(<nlohmann/json.hpp>)
#include <nlohmann/json.hpp>
#endif

#include "catch.hpp"
#include "io/count_allocations.hpp"
#include "io/support.hpp"

using strata::DType;
using strata::Error;
using strata::FileError;
using strata::SafetensorsFile;
using strata::TensorEntry;
using strata::TensorToWrite;
using strata::ValueError;
using strata::write_safetensors;
using support::allocated_by;
using support::contains;
using support::golden;
using support::message_of;
using support::OrdinaryUser;
using support::read_bytes;
using support::TemporaryDirectory;
using support::write_bytes;

namespace {

std::string file_of(std::string_view header, std::string_view data, std::uint64_t length) {
    std::string content;
    for (int i = 0; i < 8; ++i) content += static_cast<char>(length >> 8 * i & 0xFF);
    return content.append(header).append(data);
}

std::string file_of(std::string_view header, std::string_view data = {}) {
    return file_of(header, data, header.size());
}

template <class T>
std::vector<T> read_as(const SafetensorsFile& file, std::string_view name) {
    const TensorEntry* entry = file.find(name);
    REQUIRE(entry != nullptr);
    REQUIRE(entry->dtype == strata::dtype_of<T>());
    std::vector<T> values(entry->bytes() / sizeof(T));
    file.read(*entry, values.data());
    return values;
}

std::string bytes_of(const SafetensorsFile& file, const TensorEntry& entry) {
    std::string bytes(entry.bytes(), '\0');
    file.read(entry, bytes.data());
    return bytes;
}

const std::string valid_header = R"({"a":{"dtype":"F32","shape":[1,2],"data_offsets":[0,8]},)"
                                 R"("b":{"dtype":"U8","shape":[3],"data_offsets":[8,11]}} )";
const std::string valid_data("\x00\x00\x80\x3F\x00\x00\x00\x40\x01\x02\x03", 11);

}  // namespace

TEST_CASE("element types: names, sizes and C++ types") {
    using strata::dtype_of;
    STATIC_REQUIRE(dtype_of<float>() == DType::F32);
    STATIC_REQUIRE(dtype_of<double>() == DType::F64);
    STATIC_REQUIRE(dtype_of<bool>() == DType::BOOL);
    STATIC_REQUIRE(dtype_of<std::int8_t>() == DType::I8);
    STATIC_REQUIRE(dtype_of<std::uint8_t>() == DType::U8);
    STATIC_REQUIRE(dtype_of<std::int16_t>() == DType::I16);
    STATIC_REQUIRE(dtype_of<std::uint32_t>() == DType::U32);
    STATIC_REQUIRE(dtype_of<std::int64_t>() == DType::I64);
    STATIC_REQUIRE(dtype_of<std::size_t>() == DType::U64);
    const struct {
        const char* name;
        DType dtype;
        std::size_t bits;
    } all[] = {{"BOOL", DType::BOOL, 8},
               {"F4", DType::F4, 4},
               {"F6_E2M3", DType::F6_E2M3, 6},
               {"F6_E3M2", DType::F6_E3M2, 6},
               {"U8", DType::U8, 8},
               {"I8", DType::I8, 8},
               {"F8_E5M2", DType::F8_E5M2, 8},
               {"F8_E4M3", DType::F8_E4M3, 8},
               {"F8_E8M0", DType::F8_E8M0, 8},
               {"F8_E4M3FNUZ", DType::F8_E4M3FNUZ, 8},
               {"F8_E5M2FNUZ", DType::F8_E5M2FNUZ, 8},
               {"I16", DType::I16, 16},
               {"U16", DType::U16, 16},
               {"F16", DType::F16, 16},
               {"BF16", DType::BF16, 16},
               {"I32", DType::I32, 32},
               {"U32", DType::U32, 32},
               {"F32", DType::F32, 32},
               {"C64", DType::C64, 64},
               {"F64", DType::F64, 64},
               {"I64", DType::I64, 64},
               {"U64", DType::U64, 64}};
    for (const auto& [name, dtype, bits] : all) {
        DType found{};
        REQUIRE(strata::dtype_from_name(name, found));
        CHECK(found == dtype);
        CHECK(strata::dtype_name(dtype) == name);
        CHECK(strata::dtype_bits(dtype) == bits);
    }
    DType found{};
    CHECK_FALSE(strata::dtype_from_name("f32", found));
    CHECK_FALSE(strata::dtype_from_name("", found));
}

TEST_CASE("a file that Python's safetensors wrote") {
    const SafetensorsFile file(golden("example.safetensors"));
    CHECK(file.metadata() == strata::Metadata{{"format", "pt"}});
    REQUIRE(file.entries().size() == 8);
    CHECK(file.find("0.weight")->shape == std::vector<std::size_t>{3, 4});
    CHECK(read_as<float>(file, "0.weight") ==
          std::vector<float>{-.5f, -.375f, -.25f, -.125f, 0.f, .125f, .25f, .375f, .5f, .625f, .75f, .875f});
    const float infinity = std::numeric_limits<float>::infinity();
    CHECK(read_as<float>(file, "0.bias") == std::vector<float>{1.5f, infinity, -infinity});
    CHECK(file.find("running_mean")->shape == std::vector<std::size_t>{2, 1});
    CHECK(read_as<double>(file, "running_mean") == std::vector<double>{0.1, -2.5e300});
    CHECK(read_as<std::int64_t>(file, "steps") == std::vector<std::int64_t>{-1, std::int64_t{1} << 62});
    CHECK(file.find("scale")->shape.empty());
    CHECK(read_as<float>(file, "scale") == std::vector<float>{.25f});
    CHECK(file.find("nothing")->shape == std::vector<std::size_t>{0, 3});
    CHECK(read_as<float>(file, "nothing").empty());
    CHECK(read_as<std::uint8_t>(file, "gr\xC3\xBC\xC3\x9F"
                                      "e\n\"quoted\"") == std::vector<std::uint8_t>{7});
    CHECK(file.find("mask")->dtype == DType::BOOL);
    CHECK(file.find("absent") == nullptr);
    CHECK(file.find("") == nullptr);
}

TEST_CASE("what was read is written again byte for byte as Python wrote it") {
    const TemporaryDirectory directory;
    const SafetensorsFile file(golden("example.safetensors"));
    std::vector<std::string> data;
    for (const TensorEntry& entry : file.entries()) data.push_back(bytes_of(file, entry));
    std::vector<TensorToWrite> tensors;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const TensorEntry& entry = file.entries()[i];
        tensors.push_back({entry.name, entry.dtype, entry.shape, data[i].data(), data[i].size()});
    }
    // Python sorts by size and then by name, and "nothing", of no bytes, shares its offset with "scale".
    write_safetensors(directory.path("file"), tensors, file.metadata());
    CHECK(read_bytes(directory.path("file")) == read_bytes(golden("example.safetensors")));
}

TEST_CASE("the layout of what is written: header padded to 8 bytes, tensors in the order given") {
    const TemporaryDirectory directory;
    const std::vector<std::size_t> pair{1, 2}, three{3};
    const std::vector<TensorToWrite> tensors{{"a", DType::F32, pair, valid_data.data(), 8},
                                             {"b", DType::U8, three, valid_data.data() + 8, 3}};
    write_safetensors(directory.path("file"), tensors);
    std::string header = valid_header;
    header.resize(header.find_last_of('}') + 1);
    header.append((8 - header.size() % 8) % 8, ' ');
    CHECK(read_bytes(directory.path("file")) == file_of(header, valid_data));

    write_safetensors(directory.path("file"), {});
    CHECK(read_bytes(directory.path("file")) == file_of("{}      "));
    CHECK(SafetensorsFile(directory.path("file")).entries().empty());
    write_safetensors(directory.path("file"), {}, {{"a", "\"\n"}, {"\xC3\xBC", ""}});
    CHECK(SafetensorsFile(directory.path("file")).metadata() ==
          strata::Metadata{{"a", "\"\n"}, {"\xC3\xBC", ""}});
}

TEST_CASE("every length of header is padded") {
    const TemporaryDirectory directory;
    const float value = 1.5f;
    for (std::size_t length = 0; length < 20; ++length) {
        const std::string name(length, 'n');
        const std::vector<TensorToWrite> tensors{{name, DType::F32, {}, &value, 4}};
        write_safetensors(directory.path("file"), tensors);
        CHECK(read_bytes(directory.path("file")).size() % 8 == 4);
        CHECK(read_as<float>(SafetensorsFile(directory.path("file")), name) == std::vector<float>{value});
    }
}

TEST_CASE("tensors that do not make a valid file are refused, and the old file stays") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    write_bytes(path, "old");
    const float value[2] = {1, 2};
    const std::vector<std::size_t> two{2}, huge{std::size_t{1} << 62, 2}, none{std::size_t{1} << 63, 2, 0},
        deep(65, 1);
    const struct {
        std::vector<TensorToWrite> tensors;
        strata::Metadata metadata;
        const char* message;
    } cases[] = {
        {{{"a", DType::F32, two, value, 4}}, {}, R"(tensor "a", bytes: found 4, expected 8 for [2] of F32)"},
        {{{"a", DType::F32, {}, value, 8}}, {}, R"(found 8, expected 4 for [] of F32)"},
        {{{"a", DType::F32, huge, value, 0}}, {}, "expected a whole number of bytes below 2^64"},
        {{{"a", DType::F32, none, value, 0}}, {}, "expected a whole number of bytes below 2^64"},
        {{{"a", DType::F4, {}, value, 0}}, {}, "expected a whole number of bytes below 2^64"},
        {{{"a", DType::U8, deep, value, 1}}, {}, "shape: found 65 extents, the limit is 64"},
        {{{"a", DType::F32, two, value, 8},
          {"b", DType::F32, two, value, 8},
          {"a", DType::F32, two, value, 8}},
         {},
         R"("a": found this name twice)"},
        {{{"__metadata__", DType::F32, two, value, 8}}, {}, "the name that metadata has"},
        {{{"\xFF", DType::F32, two, value, 8}}, {}, "not UTF-8"},
        {{}, {{"k", "1"}, {"k", "2"}}, R"(metadata: found the key "k" twice)"},
        {{}, {{"k", "\x80"}}, "not UTF-8"},
        {{}, {{"k", std::string(100'000'000, 'x')}}, "the limit is 100000000"},
    };
    for (const auto& bad : cases) {
        const std::string found =
            message_of<ValueError>([&] { write_safetensors(path, bad.tensors, bad.metadata); });
        INFO(found);
        CHECK(contains(found, bad.message));
    }
    CHECK(read_bytes(path) == "old");
    CHECK(directory.files() == 1);
}

TEST_CASE("packed elements: whole bytes only") {
    const TemporaryDirectory directory;
    write_bytes(directory.path("file"),
                file_of(R"({"a":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},)"
                        R"("b":{"dtype":"F6_E2M3","shape":[2,2],"data_offsets":[2,5]}})",
                        "12345"));
    CHECK(SafetensorsFile(directory.path("file")).entries()[1].bytes() == 3);
}

TEST_CASE("headers in the style of other writers are read") {
    const TemporaryDirectory directory;
    const auto read = [&](std::string_view header, std::string_view data) {
        write_bytes(directory.path("file"), file_of(header, data));
        return SafetensorsFile(directory.path("file"));
    };
    // Spaces, keys in another order, tensors not in the order of their data, an escaped name.
    const SafetensorsFile file = read(
        "{ \"z\" : { \"shape\" : [ 2 ],\n\t\"data_offsets\" : [ 1, 3 ], \"dtype\" : \"\\u0055\\u0038\" },\r\n"
        " \"\\u0061\\/\" : {\"data_offsets\":[0,1],\"dtype\":\"I8\",\"shape\":[]}, \"__metadata__\" : { } } "
        " ",
        "abc");
    REQUIRE(file.entries().size() == 2);
    CHECK(file.entries()[0].name == "a/");
    CHECK(file.entries()[1].name == "z");
    CHECK(bytes_of(file, file.entries()[1]) == "bc");
    CHECK(read("{}", "").entries().empty());
    // Many tensors of no bytes at one offset, and a name that is empty.
    const auto nothing = read(R"({"b":{"dtype":"F64","shape":[0],"data_offsets":[0,0]},)"
                              R"("":{"dtype":"F64","shape":[0,9],"data_offsets":[0,0]}})",
                              "");
    CHECK(nothing.find("")->shape == std::vector<std::size_t>{0, 9});
}

TEST_CASE("bad files: the path, the field, what was found and what was expected") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    const auto tensor = [](std::string_view offsets, std::string_view shape = "[1]",
                           std::string_view dtype = "\"F32\"") {
        return file_of("{\"a\":{\"dtype\":" + std::string(dtype) + ",\"shape\":" + std::string(shape) +
                           ",\"data_offsets\":" + std::string(offsets) + "}}",
                       "1234");
    };
    const auto two = [](std::string_view first, std::string_view second, std::string_view data) {
        return file_of("{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":" + std::string(first) +
                           "},\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":" + std::string(second) +
                           "}}",
                       data);
    };
    const std::string nested = "{\"a\":" + std::string(100'000, '[');
    const struct {
        std::string content, message;
    } cases[] = {
        {"", "size: found 0 bytes, expected at least 8 bytes"},
        {"\x01", "size: found 1 bytes, expected at least 8 bytes"},
        {file_of("{}", "", 3), "header size: found 3 bytes, the limit is 2 bytes, what the file has left"},
        {file_of("{}", "", 99'999'999), "header size: found 99999999 bytes, the limit is 2 bytes"},
        {file_of("{}", "", 100'000'001), "header size: found 100000001 bytes, the limit is 100000000 bytes"},
        {file_of("{}", "", UINT64_MAX), "found 18446744073709551615 bytes, the limit is 100000000 bytes"},
        {file_of("{}", "", UINT64_MAX - 7), "the limit is 100000000 bytes"},
        {file_of(""), "header, byte 0: found the end, expected '{' as the first byte"},
        {file_of(" {}"), "found byte 32, expected '{' as the first byte"},
        {file_of("[]"), "found '[', expected '{'"},
        {file_of("\xEF\xBB\xBF{}"), "expected '{'"},
        {file_of("{"), "header, byte 1: found the end, expected '\"'"},
        {file_of("{}{"), "expected nothing but padding"},
        {file_of(std::string_view("{}\0", 3)), "found byte 0, expected nothing but padding"},
        {file_of("{\"\xFF\":{}}"), "found byte 255, expected well-formed UTF-8"},
        {file_of("{\"\xED\xA0\x80\":{}}"), "well-formed UTF-8"},
        {file_of("{\"a\":{}\xFF}"), "found nothing, expected dtype, shape and data_offsets"},
        {file_of(nested), "header, byte 5: found '[', expected '{'"},
        {file_of("{\"a\":{\"shape\":" + std::string(100'000, '[')),
         "found '[', expected an unsigned integer"},
        {file_of("{\"__metadata__\":{\"a\":" + std::string(100'000, '{')), "expected '\"'"},
        {file_of("{\"a\":null}"), "found 'n', expected '{'"},
        {file_of("{\"a\":1}"), "found '1', expected '{'"},
        {file_of(R"({"a":{}})"), R"(tensor "a", dtype: found nothing)"},
        {file_of(R"({"a":{"dtype":"F32","data_offsets":[0,0]}})"), R"(tensor "a", shape: found nothing)"},
        {file_of(R"({"a":{"dtype":"F32","shape":[0]}})"), R"(tensor "a", data_offsets: found nothing)"},
        {file_of(R"({"a":{"dtype":"F32","dtype":"F32","shape":[0],"data_offsets":[0,0]}})"),
         "dtype: found it twice"},
        {file_of(R"({"a":{"dtype":"F32","shape":[0],"shape":[0],"data_offsets":[0,0]}})"),
         "shape: found it twice"},
        {file_of(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"data_offsets":[0,0]}})"),
         "data_offsets: found it twice"},
        {file_of(R"({"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0],"x":1}})"),
         R"(tensor "a": found the key "x", expected dtype, shape)"},
        {file_of(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                 R"("a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})"),
         R"(tensor "a": found this name twice)"},
        {file_of(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},)"
                 R"("\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})"),
         R"(tensor "a": found this name twice)"},
        {tensor("[0,4]", "[1]", "\"f32\""), R"(tensor "a", dtype: found "f32", expected F32, F64)"},
        {tensor("[0,4]", "[1]", "\"\""), R"(dtype: found "")"},
        {tensor("[0,4]", "[1]", "32"), "found '3', expected '\"'"},
        {tensor("[0,4]", "1"), "found '1', expected '['"},
        {tensor("[0,4]", "[-1]"), "found '-', expected an unsigned integer"},
        {tensor("[0,4]", "[1.0]"), "found '.', expected an unsigned integer without fraction"},
        {tensor("[0,4]", "[1e0]"), "found 'e', expected an unsigned integer without fraction"},
        {tensor("[0,4]", "[01]"), "expected an integer without leading zeros"},
        {tensor("[0,4]", "[\"1\"]"), "expected an unsigned integer"},
        {tensor("[0,4]", "[18446744073709551616]"), "expected an integer below 2^64"},
        {tensor("[0,4]", "[2]"),
         R"(tensor "a", shape: found [2] of F32 = 8 bytes, expected 4 bytes (data_offsets 0 to 4))"},
        {tensor("[0,4]", "[0]"), "found [0] of F32 = 0 bytes, expected 4 bytes"},
        {tensor("[0,4]", "[4294967296,4294967296]"),
         "shape: found [4294967296, 4294967296] of F32, expected a whole number of bytes below 2^64"},
        {tensor("[0,4]", "[4611686018427387905]"), "below 2^64"},
        {tensor("[0,4]", "[18446744073709551615,18446744073709551615,0]"), "below 2^64"},
        {tensor("[0,4]", "[3]", "\"F4\""), "a whole number of bytes"},
        {tensor("[0,4]", "[" + std::string(1000, '1') + "]"), "expected an integer below 2^64"},
        {tensor(
             "[0,4]", "[1" +
                          [] {
                              std::string s;
                              for (int i = 0; i < 64; ++i) s += ",1";
                              return s;
                          }() +
                          "]"),
         "found more than 64 extents, the limit is 64"},
        {tensor("[]"), "data_offsets: found 0 integers, expected 2"},
        {tensor("[0]"), "data_offsets: found 1 integers, expected 2"},
        {tensor("[0,4,4]"), "data_offsets: found more than 2 integers, expected 2"},
        {tensor("[0,-4]"), "found '-'"},
        {tensor("[0.0,4]"), "found '.'"},
        {tensor("[4,0]"), "data_offsets: found 4 to 0, expected begin <= end"},
        {tensor("[0,8]", "[2]"), "data_offsets: found 0 to 8, the limit is 4, the bytes of data in the file"},
        {tensor("[0,9223372036854775808]", "[2305843009213693952]"), "the limit is 4"},
        {tensor("[0,18446744073709551615]"), "the limit is 4"},
        {tensor("[18446744073709551612,18446744073709551615]"), "expected to begin at 0"},
        {tensor("[0,2]", "[1]", "\"F16\""), "data: found 4 bytes, expected 2, where the last tensor ends"},
        {tensor("[2,4]", "[1]", "\"F16\""),
         "data_offsets: found 2 to 4, expected to begin at 0, where the tensor before ends"},
        {two("[0,2]", "[0,2]", "12"),
         R"(tensor "b", data_offsets: found 0 to 2, expected to begin at 2)"},     // overlap
        {two("[0,2]", "[1,3]", "123"), "found 1 to 3, expected to begin at 2"},    // overlap
        {two("[0,2]", "[3,5]", "12345"), "found 3 to 5, expected to begin at 2"},  // hole
        {two("[2,4]", "[0,2]", "12345"), "data: found 5 bytes, expected 4"},       // left over
        {two("[0,2]", "[2,4]", "123"), "the limit is 3"},                          // truncated
        {file_of("{}", "x"), "data: found 1 bytes, expected 0"},
        {file_of(R"({"__metadata__":{},"__metadata__":{}})"), "__metadata__: found it twice"},
        {file_of(R"({"__metadata__":{"k":"1","k":"2"}})"), R"(__metadata__, "k": found this key twice)"},
        {file_of(R"({"__metadata__":{"k":1}})"), "found '1', expected '\"'"},
        {file_of(R"({"__metadata__":{"k":null}})"), "found 'n', expected '\"'"},
        {file_of(R"({"__metadata__":{"k":{}}})"), "found '{', expected '\"'"},
        {file_of(R"({"__metadata__":[]})"), "found '[', expected '{'"},
        {file_of(R"({"__metadata__":null})"), "found 'n', expected '{'"},
        {file_of("{\"" + std::string(5000, 'n') + "\":{}}"), "nnn\"..., dtype: found nothing"},
    };
    for (const auto& [content, message] : cases) {
        write_bytes(path, content);
        std::string found;
        const std::size_t allocated =
            allocated_by([&] { found = message_of<FileError>([&] { SafetensorsFile file(path); }); });
        INFO("expected: " << message << "\nfound:    " << found);
        CHECK(found.starts_with(path + ": "));
        CHECK(contains(found, message));
        CHECK(found.size() < path.size() + 500);
        CHECK(allocated < content.size() + (1 << 20));
    }
}

TEST_CASE("files that cannot be opened") {
    const TemporaryDirectory directory;
    const auto refusal = [](const std::string& path) {
        return message_of<FileError>([&] { SafetensorsFile file(path); });
    };
    CHECK(contains(refusal(directory.path("missing")), "missing: cannot open: No such file or directory"));
    CHECK(contains(refusal(directory.name()), "found a directory, expected a regular file"));
    CHECK(contains(refusal("/dev/zero"), "expected a regular file"));
    write_bytes(directory.path("file"), file_of("{}"));
    REQUIRE(::chmod(directory.path("file").c_str(), 0) == 0);
    const OrdinaryUser user;
    CHECK(contains(refusal(directory.path("file")), "Permission denied"));
}

TEST_CASE("a sound file cut off after any byte is refused") {
    const TemporaryDirectory directory;
    for (const std::string& whole :
         {file_of(valid_header, valid_data), read_bytes(golden("example.safetensors"))}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            write_bytes(directory.path("file"), whole.substr(0, length));
            INFO(length);
            REQUIRE_THROWS_AS(SafetensorsFile(directory.path("file")), FileError);
        }
        write_bytes(directory.path("file"), whole + '\0');
        CHECK_THROWS_AS(SafetensorsFile(directory.path("file")), FileError);
        write_bytes(directory.path("file"), whole);
        CHECK_NOTHROW(SafetensorsFile(directory.path("file")));
    }
}

// Each byte of length and header takes each value. What is still accepted must mean what JSON says it means.
TEST_CASE("a sound file with any byte of its header changed is refused, or read as it now stands") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    const std::string whole = file_of(valid_header, valid_data);
    write_bytes(path, whole);
    const int file = ::open(path.c_str(), O_WRONLY);
    REQUIRE(file >= 0);
    int accepted = 0, refused = 0;
    for (std::size_t position = 0; position < 8 + valid_header.size(); ++position) {
        for (int value = 0; value < 256; ++value) {
            std::string changed = whole;
            changed[position] = static_cast<char>(value);
            REQUIRE(::pwrite(file, changed.data(), changed.size(), 0) ==
                    static_cast<ssize_t>(changed.size()));
            try {
                const SafetensorsFile read(path);
                ++accepted;
                std::size_t end = 0;
                for (const TensorEntry& entry : read.entries()) {
                    REQUIRE(entry.begin == end);
                    end = entry.end;
                    REQUIRE(bytes_of(read, entry) == valid_data.substr(entry.begin, entry.bytes()));
                }
                REQUIRE(end == valid_data.size());
#if __has_include(<nlohmann/json.hpp>)
                const auto oracle = nlohmann::json::parse(changed.substr(8, valid_header.size()));
                REQUIRE(oracle.size() == read.entries().size() + oracle.count("__metadata__"));
                for (const TensorEntry& entry : read.entries()) {
                    REQUIRE(oracle.at(entry.name).at("dtype") == strata::dtype_name(entry.dtype));
                    REQUIRE(oracle.at(entry.name).at("shape") == entry.shape);
                    REQUIRE(oracle.at(entry.name).at("data_offsets") ==
                            std::vector<std::size_t>{entry.begin, entry.end});
                }
#endif
            } catch (const FileError&) {
                ++refused;
            }
        }
    }
    ::close(file);
    CHECK(accepted > 256);  // at the least the unchanged ones and other names
    CHECK(refused > 20000);
}

TEST_CASE("offsets beyond 4 GiB, in a sparse file") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    const std::uint64_t big = std::uint64_t{5} << 30;
    const std::string header =
        R"({"big":{"dtype":"F32","shape":[1342177280],"data_offsets":[0,5368709120]},)"
        R"("small":{"dtype":"U8","shape":[3],"data_offsets":[5368709120,5368709123]}})";
    write_bytes(path, file_of(header));
    const auto begin = static_cast<off_t>(8 + header.size() + big);
    const int file = ::open(path.c_str(), O_WRONLY);
    const bool sparse = ::pwrite(file, "xyz", 3, begin) == 3;
    ::close(file);
    if (!sparse) {
        WARN("skipped: this file system takes no file of 5 GiB");
        return;
    }
    std::size_t allocated = 0;
    allocated = allocated_by([&] {
        const SafetensorsFile read(path);
        CHECK(bytes_of(read, *read.find("small")) == "xyz");
    });
    CHECK(allocated < 1 << 20);
}

TEST_CASE("a file that shrinks after it was opened is an error, not zeros") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    write_bytes(path, file_of(valid_header, valid_data));
    const SafetensorsFile file(path);
    REQUIRE(::truncate(path.c_str(), static_cast<off_t>(8 + valid_header.size() + 9)) == 0);
    CHECK(bytes_of(file, *file.find("a")) == valid_data.substr(0, 8));
    const std::string message = message_of<FileError>([&] { bytes_of(file, *file.find("b")); });
    CHECK(contains(message, "did the file shrink?"));
}

TEST_CASE("an entry of another file cannot be read") {
    const TemporaryDirectory directory;
    write_bytes(directory.path("file"), file_of(valid_header, valid_data));
    const SafetensorsFile file(directory.path("file"));
    TensorEntry entry = file.entries()[0];
    char buffer[64];
    entry.end = 12;
    CHECK_THROWS_AS(file.read(entry, buffer), ValueError);
    entry.begin = 13;
    CHECK_THROWS_AS(file.read(entry, buffer), ValueError);
}

TEST_CASE("the file is held open: replacing it does not change what is read") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    write_bytes(path, file_of(valid_header, valid_data));
    SafetensorsFile opened(path);
    write_safetensors(path, {});
    const SafetensorsFile file = std::move(opened);
    CHECK(bytes_of(file, *file.find("b")) == "\x01\x02\x03");
}

TEST_CASE("saving fails without leaving anything behind") {
    const TemporaryDirectory directory;
    CHECK_THROWS_AS(write_safetensors(directory.path("missing/file"), {}), FileError);
    CHECK_THROWS_AS(write_safetensors(directory.name(), {}), FileError);
    CHECK_THROWS_AS(write_safetensors("/dev/full", {}), FileError);
    CHECK(directory.files() == 0);
}

TEST_CASE("many tensors") {
    const TemporaryDirectory directory;
    std::vector<std::string> names;
    std::vector<std::uint64_t> values;
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        names.push_back("layer." + std::to_string(i * 7919 % 20'000));
        values.push_back(i);
    }
    std::vector<TensorToWrite> tensors;
    for (std::size_t i = 0; i < names.size(); ++i)
        tensors.push_back({names[i], DType::U64, {}, &values[i], 8});
    write_safetensors(directory.path("file"), tensors);
    const SafetensorsFile file(directory.path("file"));
    for (std::size_t i = 0; i < names.size(); i += 97) {
        REQUIRE(read_as<std::uint64_t>(file, names[i]) == std::vector<std::uint64_t>{values[i]});
    }
}
