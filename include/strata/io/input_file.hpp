#pragma once
// Reading a file whose size is known before anything is allocated for it (POSIX).

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <strata/core/config.hpp>
#include <string>
#include <utility>

#include <strata/core/error.hpp>
#include <strata/core/message.hpp>

namespace strata {
namespace io {

/// "<path>: cannot <action>: <strerror>"
[[noreturn]] void refuse_system(const std::string& path, const std::string& action, int error);

/// "<path>: <field>: found <found>, <expected>", where `expected` says "expected ..." or "the limit is ...".
[[noreturn]] void refuse_field(const std::string& path, const std::string& field, const std::string& found,
                               const std::string& expected);

/// Refuses an empty path and one with a NUL inside, which the system would silently cut there.
[[gnu::cold]] void check_path(const std::string& path);

/// A file descriptor that closes itself.
class Descriptor {
public:
    Descriptor() = default;
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~Descriptor() { close(); }

    int get() const { return fd_; }
    bool is_open() const { return fd_ >= 0; }
    /// 0 or -1, as close(2).
    int close();

private:
    int fd_ = -1;
};

/// A regular file, open for reading. Reads name their offset, so that many threads may read at once.
class InputFile {
public:
    /// Throws FileError if `path` is missing, unreadable, or not a regular file.
    [[gnu::cold]] explicit InputFile(std::string path);

    const std::string& path() const& { return path_; }
    std::string path() && { return std::move(path_); }
    /// Bytes in the file when it was opened.
    std::uint64_t size() const { return size_; }

    /// Reads up to `bytes` bytes from `offset`; fewer only at the end of the file. Throws FileError.
    std::size_t read_some(std::uint64_t offset, void* destination, std::size_t bytes) const;

    /// Reads exactly `bytes` bytes from `offset`. Throws FileError if the file ends before.
    [[gnu::cold]] void read(std::uint64_t offset, void* destination, std::size_t bytes) const;

private:
    std::string path_;
    Descriptor file_;
    std::uint64_t size_ = 0;
};

}  // namespace io

/// The whole content of a regular file of at most `limit` bytes. Throws FileError.
[[gnu::cold]] std::string read_file(const std::string& path, std::uint64_t limit);

}  // namespace strata

#if STRATA_HAS_BODIES
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strata::io {

STRATA_FUNCTION void refuse_system(const std::string& path, const std::string& action, int error) {
    throw FileError(message(path, ": cannot ", action, ": ", std::strerror(error)));
}

STRATA_FUNCTION void refuse_field(const std::string& path, const std::string& field, const std::string& found,
                                  const std::string& expected) {
    throw FileError(message(path, ": ", field, ": found ", found, ", ", expected));
}

STRATA_FUNCTION void check_path(const std::string& path) {
    if (path.empty()) throw FileError("path: found an empty string, expected a file name");
    if (path.find('\0') != std::string::npos) {
        throw FileError(message(path.c_str(), ": path: found a NUL character, expected a file name"));
    }
}

STRATA_FUNCTION int Descriptor::close() { return fd_ >= 0 ? ::close(std::exchange(fd_, -1)) : 0; }

STRATA_FUNCTION InputFile::InputFile(std::string path) : path_(std::move(path)) {
    check_path(path_);
    // O_NONBLOCK: opening a pipe must not wait for a writer; a regular file ignores it.
    file_ = Descriptor(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (!file_.is_open()) refuse_system(path_, "open", errno);
    struct stat status {};
    if (::fstat(file_.get(), &status) != 0) refuse_system(path_, "read its status", errno);
    if (!S_ISREG(status.st_mode)) {
        const char* found = S_ISDIR(status.st_mode) ? "a directory" : "a device, pipe or socket";
        refuse_field(path_, "file type", found, "expected a regular file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
}

STRATA_FUNCTION std::size_t InputFile::read_some(std::uint64_t offset, void* destination,
                                                 std::size_t bytes) const {
    std::size_t done = 0;
    while (done < bytes) {
        const ssize_t got = ::pread(file_.get(), static_cast<char*>(destination) + done, bytes - done,
                                    static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) refuse_system(path_, "read", errno);
        if (got == 0) break;
        done += static_cast<std::size_t>(got);
    }
    return done;
}

STRATA_FUNCTION void InputFile::read(std::uint64_t offset, void* destination, std::size_t bytes) const {
    const std::size_t got = read_some(offset, destination, bytes);
    if (got != bytes) {
        refuse_field(path_, "size", "the end at byte " + std::to_string(offset + got),
                     "expected " + std::to_string(offset + bytes) + " bytes: did the file shrink?");
    }
}

}  // namespace strata::io
namespace strata {

STRATA_FUNCTION std::string read_file(const std::string& path, std::uint64_t limit) {
    const io::InputFile file(path);
    if (file.size() > limit) {
        io::refuse_field(path, "size", std::to_string(file.size()) + " bytes",
                         "the limit is " + std::to_string(limit) + " bytes");
    }
    std::string content(file.size(), '\0');
    file.read(0, content.data(), content.size());
    char next;
    if (file.read_some(file.size(), &next, 1) != 0) {
        io::refuse_field(path, "size", "more than " + std::to_string(file.size()) + " bytes",
                         "expected the size that its status gives: is it being written?");
    }
    return content;
}

}  // namespace strata
#endif
