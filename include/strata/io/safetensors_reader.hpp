#pragma once
// Reading the safetensors format: 8 bytes N (little-endian), N bytes of JSON header, the data of all tensors.
// Source: https://github.com/huggingface/safetensors, README "Format". This file knows nothing of models.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <strata/core/config.hpp>
#include <strata/core/sort.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/io/dtype.hpp>
#include <strata/io/foreign_format.hpp>
#include <strata/io/input_file.hpp>
#include <strata/io/json.hpp>
#include <strata/io/safetensors_format.hpp>

namespace strata {

/// A safetensors file, open for reading. The constructor checks all that the format demands (header within
/// the file, JSON, names, shapes against offsets, no overlap, no hole, no byte left over), so that afterwards
/// only the disk can fail. `const` functions may be called from many threads.
///
///     SafetensorsFile file("mnist.safetensors");
///     if (const TensorEntry* weight = file.find("1.weight")) file.read(*weight, buffer);
class SafetensorsFile {
public:
    /// Throws FileError "<path>: <field>: found ..., expected ..." for whatever is not as it must be.
    [[gnu::cold]] explicit SafetensorsFile(const std::string& path) : file_(path) {
        parse(read_header());
        check_names();
        check_layout();
    }

    const std::string& path() const& { return file_.path(); }
    std::string path() && { return file_.path(); }
    /// All tensors, in the order of their data.
    const std::vector<TensorEntry>& entries() const& { return entries_; }
    std::vector<TensorEntry> entries() && { return std::move(entries_); }
    const Metadata& metadata() const& { return metadata_; }
    Metadata metadata() && { return std::move(metadata_); }

    /// The tensor of that name, or a null pointer.
    const TensorEntry* find(std::string_view name) const&;
    template <class File = SafetensorsFile>
    const TensorEntry* find(std::string_view) && {
        static_assert(
            !std::is_same_v<File, SafetensorsFile>,
            "strata: this SafetensorsFile is a temporary, and its entries die with it; give it a name "
            "first (docs/errors.md#temporary-file)");
        return nullptr;
    }

    /// Reads the `entry.bytes()` bytes of one of `entries()` to `destination`. Throws FileError.
    [[gnu::cold]] void read(const TensorEntry& entry, void* destination) const;

private:
    [[noreturn]] void refuse(const std::string& field, const std::string& found,
                             const std::string& expected) const {
        io::refuse_field(path(), field, found, expected);
    }

    /// Refuses a file of another format by its name.
    [[gnu::cold]] void refuse_foreign() const;

    [[gnu::cold]] std::string read_header();

    /// The header is gone once it is parsed: a file costs its entries, not both, while they are checked.
    [[gnu::cold]] void parse(std::string header);

    TensorEntry parse_entry(io::JsonReader& json, std::string name) const;

    [[gnu::cold]] void check_names();

    // After this, entries_ lie in the order of their data and cover it without hole or overlap.
    [[gnu::cold]] void check_layout();

    // `begin` is where the tensor before ends.
    [[gnu::cold]] void check_entry(const TensorEntry& entry, std::size_t begin) const;

    std::uint64_t data_bytes() const { return file_.size() - data_begin_; }

    io::InputFile file_;
    std::uint64_t data_begin_ = 0;  // where offset 0 lies in the file
    std::vector<TensorEntry> entries_;
    std::vector<std::size_t> by_name_;  // indices of entries_
    Metadata metadata_;
};

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION const TensorEntry* SafetensorsFile::find(std::string_view name) const& {
    std::size_t begin = 0, end = by_name_.size();  // where the first name that is not less may be
    while (begin < end) {
        const std::size_t middle = begin + (end - begin) / 2;
        if (entries_[by_name_[middle]].name < name)
            begin = middle + 1;
        else
            end = middle;
    }
    if (begin == by_name_.size() || entries_[by_name_[begin]].name != name) return nullptr;
    return &entries_[by_name_[begin]];
}

STRATA_FUNCTION void SafetensorsFile::read(const TensorEntry& entry, void* destination) const {
    if (entry.begin > entry.end || entry.end > data_bytes()) {
        throw ValueError(message(path(), ": read: found an entry that is not of this file"));
    }
    file_.read(data_begin_ + entry.begin, destination, entry.bytes());
}

STRATA_FUNCTION void SafetensorsFile::refuse_foreign() const {
    char start[io::foreign_format_bytes];
    const std::size_t got = file_.read_some(0, start, sizeof start);
    const io::ForeignFormat format = io::foreign_format({start, got}, path());
    if (format.found != nullptr) refuse("format", format.found, format.advice);
}

STRATA_FUNCTION std::string SafetensorsFile::read_header() {
    const auto bytes = [](std::uint64_t count) { return std::to_string(count) + " bytes"; };
    if (file_.size() == 0) {
        refuse("size", "0 bytes",
               "expected at least 8 bytes: the file is empty; was its writing broken off?");
    }
    if (file_.size() < 8) {
        refuse_foreign();
        refuse("size", bytes(file_.size()), "expected at least 8 bytes");
    }
    unsigned char prefix[8];
    file_.read(0, prefix, 8);
    std::uint64_t length = 0;
    for (int i = 7; i >= 0; --i) length = length << 8 | prefix[i];
    if (length > io::max_header_bytes) {
        refuse_foreign();
        refuse("header size", bytes(length), "the limit is " + bytes(io::max_header_bytes));
    }
    if (length > file_.size() - 8) {
        refuse_foreign();
        refuse("header size", bytes(length),
               "the limit is " + bytes(file_.size() - 8) + ", what the file has left");
    }
    std::string header(length, '\0');
    file_.read(8, header.data(), length);
    data_begin_ = 8 + length;
    return header;
}

STRATA_FUNCTION void SafetensorsFile::parse(std::string header) {
    io::JsonReader json(header, path(), "header");
    if (!header.starts_with('{')) json.refuse("'{' as the first byte");
    bool has_metadata = false;
    json.object([&](std::string name) {
        if (name != io::metadata_name) {
            entries_.push_back(parse_entry(json, std::move(name)));
            return;
        }
        if (std::exchange(has_metadata, true)) refuse("__metadata__", "it twice", "expected it once");
        json.object([&](std::string key) {
            std::string value = json.string();
            metadata_.emplace_back(std::move(key), std::move(value));
        });
    });
    json.end();
}

STRATA_FUNCTION TensorEntry SafetensorsFile::parse_entry(io::JsonReader& json, std::string name) const {
    TensorEntry entry;
    bool has_dtype = false, has_shape = false, has_offsets = false;
    const auto field = [&](const char* which) {
        return "tensor " + io::shown(name) + (*which ? std::string(", ") + which : "");
    };
    const auto once = [&](bool& seen, const char* which) {
        if (std::exchange(seen, true)) refuse(field(which), "it twice", "expected it once");
    };
    json.object([&](std::string_view key) {
        if (key == "dtype") {
            once(has_dtype, "dtype");
            const std::string text = json.string();
            if (!dtype_from_name(text, entry.dtype)) {
                refuse(field("dtype"), io::shown(text), "expected F32, F64, I64 or another of the format's");
            }
        } else if (key == "shape") {
            once(has_shape, "shape");
            json.unsigned_array([&](std::uint64_t extent) {
                if (entry.shape.size() == io::max_rank) {
                    refuse(field("shape"), "more than 64 extents", "the limit is 64");
                }
                entry.shape.push_back(extent);
            });
        } else if (key == "data_offsets") {
            once(has_offsets, "data_offsets");
            std::size_t count = 0;
            json.unsigned_array([&](std::uint64_t offset) {
                if (count == 2) refuse(field("data_offsets"), "more than 2 integers", "expected 2");
                (count++ == 0 ? entry.begin : entry.end) = offset;
            });
            if (count < 2) {
                refuse(field("data_offsets"), std::to_string(count) + " integers", "expected 2");
            }
        } else {
            refuse(field(""), "the key " + io::shown(key), "expected dtype, shape and data_offsets");
        }
    });
    if (!has_dtype || !has_shape || !has_offsets) {
        const char* missing = !has_dtype ? "dtype" : !has_shape ? "shape" : "data_offsets";
        refuse(field(missing), "nothing", "expected dtype, shape and data_offsets");
    }
    if (entry.begin > entry.end) {
        refuse(field("data_offsets"), std::to_string(entry.begin) + " to " + std::to_string(entry.end),
               "expected begin <= end");
    }
    entry.name = std::move(name);
    return entry;
}

STRATA_FUNCTION void SafetensorsFile::check_names() {
    std::vector<std::string_view> names;
    names.reserve(std::max(entries_.size(), metadata_.size()));
    for (const TensorEntry& entry : entries_) names.push_back(entry.name);
    if (const auto* name = io::find_duplicate(names)) {
        refuse("tensor " + io::shown(*name), "this name twice", "expected every name once");
    }
    names.clear();
    for (const auto& item : metadata_) names.push_back(item.first);
    if (const auto* name = io::find_duplicate(names)) {
        refuse("__metadata__, " + io::shown(*name), "this key twice", "expected every key once");
    }
}

STRATA_FUNCTION void SafetensorsFile::check_layout() {
    detail::sort(entries_.data(), entries_.size(), [](const TensorEntry& left, const TensorEntry& right) {
        if (left.begin != right.begin) return left.begin < right.begin;
        return left.end != right.end ? left.end < right.end : left.name < right.name;
    });
    std::size_t end = 0;
    for (const TensorEntry& entry : entries_) {
        check_entry(entry, end);
        end = entry.end;
    }
    if (end != data_bytes()) {
        refuse("data", std::to_string(data_bytes()) + " bytes",
               "expected " + std::to_string(end) + ", where the last tensor ends");
    }
    by_name_.resize(entries_.size());
    for (std::size_t i = 0; i < by_name_.size(); ++i) by_name_[i] = i;
    detail::sort(by_name_.data(), by_name_.size(),
                 [&](std::size_t i, std::size_t j) { return entries_[i].name < entries_[j].name; });
}

STRATA_FUNCTION void SafetensorsFile::check_entry(const TensorEntry& entry, std::size_t begin) const {
    const auto field = [&](const char* which) { return "tensor " + io::shown(entry.name) + ", " + which; };
    const auto offsets = [&] { return std::to_string(entry.begin) + " to " + std::to_string(entry.end); };
    if (entry.begin != begin) {
        refuse(field("data_offsets"), offsets(),
               "expected to begin at " + std::to_string(begin) + ", where the tensor before ends");
    }
    if (entry.end > data_bytes()) {
        refuse(field("data_offsets"), offsets(),
               "the limit is " + std::to_string(data_bytes()) + ", the bytes of data in the file");
    }
    const auto tensor = [&] {
        return shape_text(entry.shape) + " of " + std::string(dtype_name(entry.dtype));
    };
    std::size_t bytes = 0;
    if (!tensor_bytes(entry.dtype, entry.shape, bytes)) {
        refuse(field("shape"), tensor(), "expected a whole number of bytes below 2^64");
    }
    if (bytes != entry.bytes()) {
        refuse(field("shape"), tensor() + " = " + std::to_string(bytes) + " bytes",
               "expected " + std::to_string(entry.bytes()) + " bytes (data_offsets " + offsets() + ")");
    }
}

}  // namespace strata
#endif
