#pragma once
// The IDX files of MNIST and its relatives, plain or compressed with gzip (link with -lz).
// Layout: a big-endian 32-bit magic number, one 32-bit count per dimension, then one byte per element.
// Source: http://yann.lecun.com/exdb/mnist, "FILE FORMATS FOR THE MNIST DATABASE".

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <strata/core/config.hpp>
#include <string>
#include <vector>

#include <strata/io/input_file.hpp>

namespace strata {

/// Grey images, one byte per pixel.
struct IdxImages {
    std::size_t count = 0, rows = 0, columns = 0;
    std::vector<std::uint8_t> pixels;  // [count, rows, columns]
};

namespace io {

/// Reads magic number and `dimensions` counts (1: labels, 3: images) to `counts`, then as many elements as
/// they promise. Memory follows what the file holds, not what it promises.
[[gnu::cold]] std::vector<std::uint8_t> read_idx(const std::string& path, std::uint32_t dimensions,
                                                 std::size_t* counts);

}  // namespace io

/// Reads an image file (magic number 0x00000803), for example train-images-idx3-ubyte or the same with .gz.
/// Throws FileError for anything but a file whose header and content agree to the byte.
[[gnu::cold]] IdxImages read_idx_images(const std::string& path);

/// Reads a label file (magic number 0x00000801), for example train-labels-idx1-ubyte or the same with .gz:
/// one byte per sample, whatever its value. Throws FileError as read_idx_images.
[[gnu::cold]] std::vector<std::uint8_t> read_idx_labels(const std::string& path);

}  // namespace strata

#if STRATA_HAS_BODIES
#include <algorithm>
#include <zlib.h>

namespace strata::io {

/// The bytes of a file, front to back, through gunzip if the file begins like a gzip file. Checks the
/// checksums; refuses bytes behind the last gzip member, which zlib's own gzread would pass over in silence.
class IdxSource {
public:
    [[gnu::cold]] explicit IdxSource(const std::string& path);
    IdxSource(const IdxSource&) = delete;
    IdxSource& operator=(const IdxSource&) = delete;
    ~IdxSource() {
        if (compressed_) inflateEnd(&stream_);
    }

    [[noreturn]] void refuse(const std::string& field, const std::string& found,
                             const std::string& expected) const {
        refuse_field(file_.path(), field, found, expected);
    }

    bool is_compressed() const { return compressed_; }
    /// The most bytes that can come out: deflate expands no byte to more than 1032.
    std::uint64_t max_bytes() const;

    /// Reads `bytes` bytes; fewer only at the sound end of the source. Throws FileError.
    std::size_t read(unsigned char* destination, std::size_t bytes);

private:
    [[gnu::cold]] std::size_t inflate_some(unsigned char* destination, std::size_t bytes);

    void refill();

    InputFile file_;
    std::uint64_t offset_ = 0;  // bytes taken from the file
    bool compressed_ = false, member_ended_ = false;
    z_stream stream_{};
    std::vector<unsigned char> input_;
};

STRATA_FUNCTION IdxSource::IdxSource(const std::string& path) : file_(path) {
    unsigned char start[2] = {};
    compressed_ = file_.read_some(0, start, 2) == 2 && start[0] == 0x1F && start[1] == 0x8B;
    if (!compressed_) return;
    input_.resize(std::min<std::uint64_t>(file_.size(), 1 << 16));
    constexpr int gzip_only = 16;  // added to the window bits
    if (inflateInit2(&stream_, gzip_only + MAX_WBITS) != Z_OK) {
        refuse("gzip", "no memory for zlib", "expected some");
    }
}

STRATA_FUNCTION std::uint64_t IdxSource::max_bytes() const {
    constexpr std::uint64_t most = 1032;
    if (!compressed_) return file_.size();
    return file_.size() > ~std::uint64_t(0) / most ? ~std::uint64_t(0) : file_.size() * most;
}

STRATA_FUNCTION std::size_t IdxSource::read(unsigned char* destination, std::size_t bytes) {
    if (compressed_) return inflate_some(destination, bytes);
    const std::size_t got = file_.read_some(offset_, destination, bytes);
    offset_ += got;
    return got;
}

STRATA_FUNCTION std::size_t IdxSource::inflate_some(unsigned char* destination, std::size_t bytes) {
    std::size_t done = 0;
    while (done < bytes) {
        if (stream_.avail_in == 0) refill();
        if (member_ended_) {
            if (stream_.avail_in == 0) break;
            inflateReset(&stream_);  // RFC 1952: members may follow one another
            member_ended_ = false;
        }
        if (stream_.avail_in == 0) {
            refuse("gzip data", "the end after " + std::to_string(offset_) + " bytes",
                   "expected more: truncated?");
        }
        const std::size_t want = std::min<std::size_t>(bytes - done, 1 << 30);
        stream_.next_out = destination + done;
        stream_.avail_out = static_cast<uInt>(want);
        const int status = inflate(&stream_, Z_NO_FLUSH);
        done += want - stream_.avail_out;
        if (status == Z_STREAM_END)
            member_ended_ = true;
        else if (status != Z_OK) {
            refuse("gzip data", stream_.msg ? stream_.msg : "an error of zlib",
                   "expected sound data: corrupt?");
        }
    }
    return done;
}

STRATA_FUNCTION void IdxSource::refill() {
    const std::size_t got = file_.read_some(offset_, input_.data(), input_.size());
    offset_ += got;
    stream_.next_in = input_.data();
    stream_.avail_in = static_cast<uInt>(got);
}

STRATA_FUNCTION std::vector<std::uint8_t> read_idx(const std::string& path, std::uint32_t dimensions,
                                                   std::size_t* counts) {
    IdxSource source(path);
    unsigned char header[16];
    const std::size_t header_bytes = 4 + 4 * dimensions;
    const std::size_t got = source.read(header, header_bytes);
    const auto word = [&](std::size_t i) {
        return std::uint32_t{header[4 * i]} << 24 | std::uint32_t{header[4 * i + 1]} << 16 |
               std::uint32_t{header[4 * i + 2]} << 8 | std::uint32_t{header[4 * i + 3]};
    };
    const std::uint32_t magic = 0x800 + dimensions;
    const auto bytes = [](std::uint64_t count) { return std::to_string(count) + " bytes"; };
    if (got >= 4 && word(0) != magic) {
        const auto hexadecimal = [](std::uint32_t value) {
            char text[11];
            std::snprintf(text, sizeof text, "0x%08X", value);
            return std::string(text);
        };
        const char* hint = word(0) == 0x801   ? ": this is a label file"
                           : word(0) == 0x803 ? ": this is an image file"
                                              : "";
        source.refuse("magic number", hexadecimal(word(0)), "expected " + hexadecimal(magic) + hint);
    }
    if (got < header_bytes) source.refuse("header", bytes(got), "expected " + bytes(header_bytes));

    constexpr const char* names[] = {"count", "rows", "columns"};
    const std::string product = dimensions == 1 ? "count" : "count x rows x columns";
    // A file may have had fewer bytes when it was opened than have been read since.
    const std::uint64_t limit = std::max<std::uint64_t>(source.max_bytes(), header_bytes) - header_bytes;
    const auto refuse_promise = [&](const std::string& found) {
        source.refuse(product, found, "the limit is " + bytes(limit) + ", the most that this file can hold");
    };
    std::size_t promised = 1;
    for (std::size_t i = 0; i < dimensions; ++i) {
        counts[i] = word(i + 1);
        if (counts[i] == 0) source.refuse(names[i], "0", "expected at least 1");
        if (__builtin_mul_overflow(promised, counts[i], &promised)) refuse_promise("a product above 2^64");
    }
    if (promised > limit) refuse_promise(bytes(promised));

    std::vector<std::uint8_t> elements;
    std::size_t done = 0;
    while (done < promised) {
        constexpr std::size_t first_chunk = 1 << 18;
        const std::size_t chunk = source.is_compressed() ? std::max(first_chunk, done) : promised;
        elements.resize(std::min(promised, done + chunk));
        const std::size_t read = source.read(elements.data() + done, elements.size() - done);
        done += read;
        if (done < elements.size()) {
            source.refuse("data", bytes(done),
                          "expected " + bytes(promised) + " (" + product + "): truncated?");
        }
    }
    unsigned char next;  // asking for one byte more also checks the last gzip checksum
    if (source.read(&next, 1) != 0) {
        source.refuse("data", "more than " + bytes(promised),
                      "expected " + bytes(promised) + " (" + product + ")");
    }
    return elements;
}

}  // namespace strata::io
namespace strata {

STRATA_FUNCTION IdxImages read_idx_images(const std::string& path) {
    std::size_t counts[3];
    IdxImages images;
    images.pixels = io::read_idx(path, 3, counts);
    images.count = counts[0];
    images.rows = counts[1];
    images.columns = counts[2];
    return images;
}

STRATA_FUNCTION std::vector<std::uint8_t> read_idx_labels(const std::string& path) {
    std::size_t count;
    return io::read_idx(path, 1, &count);
}

}  // namespace strata
#endif
