#include "strata/data/idx.hpp"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "catch.hpp"
#include "io/count_allocations.hpp"
#include "io/support.hpp"

using strata::FileError;
using strata::IdxImages;
using strata::read_idx_images;
using strata::read_idx_labels;
using support::allocated_by;
using support::contains;
using support::message_of;
using support::OrdinaryUser;
using support::TemporaryDirectory;
using support::write_bytes;

namespace {

constexpr std::uint32_t image_magic = 0x803, label_magic = 0x801;

std::string idx(std::initializer_list<std::uint32_t> words, std::string_view data = {}) {
    std::string content;
    for (const std::uint32_t word : words) {
        for (int shift = 24; shift >= 0; shift -= 8) content += static_cast<char>(word >> shift & 0xFF);
    }
    return content.append(data);
}

std::string gzip(std::string content) {
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) == Z_OK);
    std::string packed(deflateBound(&stream, content.size()), '\0');
    stream.next_in = reinterpret_cast<Bytef*>(content.data());
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string counting(std::size_t count) {
    std::string data;
    for (std::size_t i = 0; i < count; ++i) data += static_cast<char>(i * 37 + i / 256);
    return data;
}

std::string as_string(const std::vector<std::uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

const std::string images = idx({image_magic, 2, 3, 4}, counting(24));
const std::string labels = idx({label_magic, 5}, std::string_view("\x05\x00\x04\x01\xFF", 5));

}  // namespace

TEST_CASE("images and labels, plain and compressed") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    for (const bool compressed : {false, true}) {
        write_bytes(path, compressed ? gzip(images) : images);
        const IdxImages read = read_idx_images(path);
        CHECK(read.count == 2);
        CHECK(read.rows == 3);
        CHECK(read.columns == 4);
        CHECK(as_string(read.pixels) == counting(24));
        write_bytes(path, compressed ? gzip(labels) : labels);
        CHECK(read_idx_labels(path) == std::vector<std::uint8_t>{5, 0, 4, 1, 255});
    }
}

TEST_CASE("files larger than every buffer") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    for (const std::uint32_t count :
         {1u, 334u, 335u, 336u, 1000u, 3000u}) {  // 335 x 784 crosses the first chunk
        const std::string data = counting(count * 784);
        const std::string content = idx({image_magic, count, 28, 28}, data);
        for (const std::string& stored : {content, gzip(content)}) {
            write_bytes(path, stored);
            REQUIRE(as_string(read_idx_images(path).pixels) == data);
        }
    }
}

TEST_CASE("a gzip file of several members is one stream") {
    const TemporaryDirectory directory;
    for (std::size_t cut = 0; cut <= images.size(); ++cut) {
        write_bytes(directory.path("file"),
                    gzip(images.substr(0, cut)) + gzip(images.substr(cut)) + gzip(""));
        REQUIRE(as_string(read_idx_images(directory.path("file")).pixels) == counting(24));
    }
}

TEST_CASE("bad files: the path, the field, what was found and what was expected") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    std::string bad_checksum = gzip(images), bad_length = gzip(images), bad_body = gzip(images);
    bad_checksum[bad_checksum.size() - 8] ^= 1;
    bad_length[bad_length.size() - 1] ^= 1;
    bad_body[10] = '\x07';  // a block type that does not exist
    const std::string large = counting(1000);
    const struct {
        std::string content, message;
    } cases[] = {
        {"", "header: found 0 bytes, expected 16 bytes"},
        {"\x01", "header: found 1 bytes, expected 16 bytes"},
        {images.substr(0, 15), "header: found 15 bytes, expected 16 bytes"},
        {labels, "magic number: found 0x00000801, expected 0x00000803: this is a label file"},
        {idx({0x803, 1}), "header: found 8 bytes"},
        {idx({0x0803'0000, 1, 1, 1}, "x"), "magic number: found 0x08030000, expected 0x00000803"},
        {idx({0xD03, 1, 1, 1}, "x"), "found 0x00000D03, expected 0x00000803"},  // floats
        {"{\"a\":1}          ", "found 0x7B226122"},
        {idx({image_magic, 0, 28, 28}), "count: found 0, expected at least 1"},
        {idx({image_magic, 1, 0, 28}), "rows: found 0, expected at least 1"},
        {idx({image_magic, 1, 28, 0}), "columns: found 0, expected at least 1"},
        {idx({image_magic, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, large),
         "count x rows x columns: found a product above 2^64, the limit is 1000 bytes"},
        {idx({image_magic, 0x80000000, 0x80000000, 4}, large), "found a product above 2^64"},
        {idx({image_magic, 0xFFFFFFFF, 0xFFFFFFFF, 1}, large),
         "count x rows x columns: found 18446744065119617025 bytes, the limit is 1000 bytes"},
        {idx({image_magic, 60000, 28, 28}, large),
         "found 47040000 bytes, the limit is 1000 bytes, the most that this file can hold"},
        {images.substr(0, images.size() - 1), "found 24 bytes, the limit is 23 bytes"},
        {images + "x", "data: found more than 24 bytes, expected 24 bytes (count x rows x columns)"},
        {gzip(""), "header: found 0 bytes"},
        {gzip(images.substr(0, 7)), "header: found 7 bytes"},
        {gzip(labels), "this is a label file"},
        {gzip(images.substr(0, images.size() - 1)),
         "data: found 23 bytes, expected 24 bytes (count x rows x columns): truncated?"},
        {gzip(images + "x"), "data: found more than 24 bytes, expected 24 bytes"},
        {gzip(images) + "x", "gzip data: found the end after"},
        {gzip(images) + "xyz", "gzip data: found incorrect header check, expected sound data: corrupt?"},
        {gzip(images) + std::string(512, '\0'), "gzip data: found incorrect header check"},
        {gzip(images) + images, "gzip data: found incorrect header check"},
        {bad_checksum, "gzip data: found incorrect data check, expected sound data: corrupt?"},
        {bad_length, "gzip data: found incorrect length check"},
        {bad_body, "gzip data: found invalid block type"},
        {"\x1F\x8B", "gzip data: found the end after 2 bytes, expected more: truncated?"},
        {"\x1F\x8B garbage, and more garbage", "gzip data: found unknown compression method"},
        {gzip(idx({image_magic, 60000, 28, 28}, large)),
         "count x rows x columns: found 47040000 bytes, the limit is"},
        {gzip(idx({image_magic, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF})), "found a product above 2^64"},
        {gzip(idx({image_magic, 1, 500, 500}, large)), "data: found 1000 bytes, expected 250000 bytes"},
    };
    for (const auto& [content, message] : cases) {
        write_bytes(path, content);
        std::string found;
        const std::size_t allocated =
            allocated_by([&] { found = message_of<FileError>([&] { read_idx_images(path); }); });
        INFO("expected: " << message << "\nfound:    " << found);
        CHECK(found.starts_with(path + ": "));
        CHECK(contains(found, message));
        CHECK(allocated < content.size() + (1 << 20));
    }
}

TEST_CASE("bad label files") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    const struct {
        std::string content, message;
    } cases[] = {
        {images, "magic number: found 0x00000803, expected 0x00000801: this is an image file"},
        {gzip(images), "this is an image file"},
        {idx({label_magic}), "header: found 4 bytes, expected 8 bytes"},
        {idx({label_magic, 0}), "count: found 0, expected at least 1"},
        {idx({label_magic, 0xFFFFFFFF}, "12"), "count: found 4294967295 bytes, the limit is 2 bytes"},
        {idx({label_magic, 3}, "12"), "count: found 3 bytes, the limit is 2 bytes"},
        {idx({label_magic, 1}, "12"), "data: found more than 1 bytes, expected 1 bytes (count)"},
        {gzip(idx({label_magic, 3}, "12")), "data: found 2 bytes, expected 3 bytes (count): truncated?"},
    };
    for (const auto& [content, message] : cases) {
        write_bytes(path, content);
        const std::string found = message_of<FileError>([&] { read_idx_labels(path); });
        INFO("expected: " << message << "\nfound:    " << found);
        CHECK(found.starts_with(path + ": "));
        CHECK(contains(found, message));
    }
}

TEST_CASE("a gzip bomb is cut off at the promised size") {
    const TemporaryDirectory directory;
    const std::string bomb = gzip(idx({image_magic, 2, 3, 4}, std::string(std::size_t{64} << 20, '\0')));
    REQUIRE(bomb.size() < 100'000);
    write_bytes(directory.path("file"), bomb);
    std::string found;
    const std::size_t allocated = allocated_by(
        [&] { found = message_of<FileError>([&] { read_idx_images(directory.path("file")); }); });
    CHECK(contains(found, "data: found more than 24 bytes, expected 24 bytes"));
    CHECK(allocated < 1 << 20);
}

TEST_CASE("files that cannot be opened") {
    const TemporaryDirectory directory;
    const auto refusal = [](const std::string& path) {
        return message_of<FileError>([&] { read_idx_images(path); });
    };
    CHECK(refusal(directory.path("missing")) ==
          directory.path("missing") + ": cannot open: No such file or directory");
    CHECK(contains(refusal(directory.name()), "file type: found a directory, expected a regular file"));
    CHECK(contains(refusal("/dev/zero"), "expected a regular file"));
    CHECK(contains(refusal(""), "path: found an empty string"));
    write_bytes(directory.path("file"), images);
    REQUIRE(::chmod(directory.path("file").c_str(), 0) == 0);
    const OrdinaryUser user;
    CHECK(contains(refusal(directory.path("file")), "Permission denied"));
}

TEST_CASE("a sound file cut off after any byte is refused") {
    const TemporaryDirectory directory;
    for (const std::string& whole :
         {images, gzip(images), gzip(images.substr(0, 20)) + gzip(images.substr(20))}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            write_bytes(directory.path("file"), whole.substr(0, length));
            INFO(length);
            REQUIRE_THROWS_AS(read_idx_images(directory.path("file")), FileError);
        }
    }
}

TEST_CASE("any byte changed: refused, or a change that the format cannot see") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    for (const bool compressed : {false, true}) {
        const std::string whole = compressed ? gzip(images) : images;
        write_bytes(path, whole);
        const strata::io::Descriptor file(::open(path.c_str(), O_WRONLY));
        REQUIRE(file.is_open());
        for (std::size_t position = 0; position < whole.size(); ++position) {
            for (int value = 0; value < 256; ++value) {
                std::string changed = whole;
                changed[position] = static_cast<char>(value);
                REQUIRE(::pwrite(file.get(), changed.data(), changed.size(), 0) ==
                        static_cast<ssize_t>(changed.size()));
                try {
                    const IdxImages read = read_idx_images(path);
                    REQUIRE(read.pixels.size() == read.count * read.rows * read.columns);
                    // Behind gzip's checksum nothing changes unseen; in a plain file only the pixels do.
                    REQUIRE(as_string(read.pixels) == (compressed ? counting(24) : changed.substr(16)));
                } catch (const FileError&) {
                    REQUIRE(changed != whole);
                    REQUIRE((compressed || position < 16));
                }
            }
        }
    }
}
