#pragma once
// Writing a file so that a reader, a crash or a full disk sees the old content or the new one, never a part:
// temporary file in the same directory, write, fsync, rename, fsync of the directory (POSIX).

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

#include <strata/io/input_file.hpp>

namespace strata {
namespace io {

/// Writes all bytes to `fd`; `path` is for the message only. Throws FileError.
[[gnu::cold]] void write_all(int fd, const std::string& path, const char* data, std::size_t bytes);

}  // namespace io

/// A file that appears under its name, whole, when `commit()` returns; without it `path` is left as it was.
///
///     AtomicFile file("history.json");
///     file.write(text);
///     file.commit();
///
/// An existing file is replaced and its mode bits are kept; a new one gets 0666 without the umask's bits. A
/// symbolic link at `path` is itself replaced: nothing is written outside the directory that `path` names.
/// A killed process can leave a file `.strata-*.tmp` behind. Everything that fails throws FileError.
class AtomicFile {
public:
    /// Creates the temporary file. Refuses a target that is not a regular file or that is write-protected.
    [[gnu::cold]] explicit AtomicFile(std::string path);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile() { discard(); }

    /// Appends `bytes` bytes, through a buffer. After an exception the file can no longer be committed.
    [[gnu::cold]] void write(const void* data, std::size_t bytes);
    [[gnu::cold]] void write(std::string_view text) { write(text.data(), text.size()); }

    /// Makes the content durable and gives it its name.
    [[gnu::cold]] void commit();

private:
    static constexpr std::size_t buffer_bytes = 1 << 16;

    [[gnu::cold]] void check_target();

    // Not mkstemp: its mode 0600 would need the umask, which a process can read only by changing it.
    [[gnu::cold]] void create_temporary();

    void check_open() const;

    [[gnu::cold]] void flush();

    [[gnu::cold]] void write_through(const char* data, std::size_t bytes);

    [[noreturn]] void give_up(const char* action, int error) {
        discard();
        io::refuse_system(path_, action, error);
    }

    [[gnu::cold]] void discard() noexcept;

    std::string path_;
    std::string base_;       // the last component of path_
    std::string temporary_;  // its name in the directory; empty once renamed or removed
    std::string buffer_;
    io::Descriptor directory_;
    io::Descriptor file_;
    bool replaces_ = false;
    mode_t mode_ = 0;
};

}  // namespace strata

#if STRATA_HAS_BODIES
#include <cerrno>
#include <ctime>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strata::io {

STRATA_FUNCTION void write_all(int fd, const std::string& path, const char* data, std::size_t bytes) {
    while (bytes > 0) {
        const ssize_t written = ::write(fd, data, bytes);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) refuse_system(path, "write", errno);
        data += written;
        bytes -= static_cast<std::size_t>(written);
    }
}

}  // namespace strata::io
namespace strata {

STRATA_FUNCTION AtomicFile::AtomicFile(std::string path) : path_(std::move(path)) {
    io::check_path(path_);
    const std::size_t slash = path_.find_last_of('/');
    const std::string directory = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
    base_ = slash == std::string::npos ? path_ : path_.substr(slash + 1);
    if (base_.empty() || base_ == "." || base_ == "..") {
        io::refuse_field(path_, "path", "a directory", "expected a file name");
    }
    directory_ = io::Descriptor(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!directory_.is_open()) io::refuse_system(path_, "open the directory", errno);
    check_target();
    buffer_.reserve(buffer_bytes);
    create_temporary();
}

STRATA_FUNCTION void AtomicFile::write(const void* data, std::size_t bytes) {
    check_open();
    const char* source = static_cast<const char*>(data);
    if (bytes > buffer_bytes - buffer_.size()) flush();
    if (bytes >= buffer_bytes) {
        write_through(source, bytes);
    } else if (bytes > 0) {
        buffer_.append(source, bytes);
    }
}

STRATA_FUNCTION void AtomicFile::commit() {
    check_open();
    flush();
    if (replaces_ && ::fchmod(file_.get(), mode_) != 0) give_up("keep the mode bits", errno);
    if (::fsync(file_.get()) != 0) give_up("flush to the disk", errno);
    if (file_.close() != 0) give_up("close", errno);
    if (::renameat(directory_.get(), temporary_.c_str(), directory_.get(), base_.c_str()) != 0) {
        give_up("rename the temporary file", errno);
    }
    temporary_.clear();
    // EINVAL: a file system without fsync for directories; there is nothing more to be had from it.
    if (::fsync(directory_.get()) != 0 && errno != EINVAL) {
        io::refuse_system(path_, "flush the directory (the new file is in place)", errno);
    }
}

STRATA_FUNCTION void AtomicFile::check_target() {
    struct stat status {};
    if (::fstatat(directory_.get(), base_.c_str(), &status, 0) != 0) {
        if (errno == ENOENT) return;
        io::refuse_system(path_, "read its status", errno);
    }
    if (!S_ISREG(status.st_mode)) {
        io::refuse_field(path_, "file type", S_ISDIR(status.st_mode) ? "a directory" : "a device or pipe",
                         "expected a regular file or none");
    }
    if (::faccessat(directory_.get(), base_.c_str(), W_OK, AT_EACCESS) != 0) {
        io::refuse_system(path_, "replace the file", errno);
    }
    replaces_ = true;
    mode_ = status.st_mode & 07777;
}

STRATA_FUNCTION void AtomicFile::create_temporary() {
    const mode_t mode = replaces_ ? mode_ & 0777 : 0666;
    for (int attempt = 0; attempt < 100; ++attempt) {
        timespec now{};
        ::clock_gettime(CLOCK_MONOTONIC, &now);
        char name[80];
        std::snprintf(name, sizeof name, ".strata-%ld-%lx-%lx-%d.tmp", static_cast<long>(::getpid()),
                      static_cast<long>(now.tv_sec), static_cast<long>(now.tv_nsec), attempt);
        temporary_ = name;
        const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        file_ = io::Descriptor(::openat(directory_.get(), name, flags, mode));
        if (file_.is_open()) return;
        if (errno != EEXIST) break;
    }
    io::refuse_system(path_, "create a temporary file in its directory", errno);
}

STRATA_FUNCTION void AtomicFile::check_open() const {
    if (!file_.is_open())
        throw FileError(message(path_, ": cannot write: already committed, or a write failed"));
}

STRATA_FUNCTION void AtomicFile::flush() {
    write_through(buffer_.data(), buffer_.size());
    buffer_.clear();
}

STRATA_FUNCTION void AtomicFile::write_through(const char* data, std::size_t bytes) {
    try {
        io::write_all(file_.get(), path_, data, bytes);
    } catch (...) {
        discard();
        throw;
    }
}

STRATA_FUNCTION void AtomicFile::discard() noexcept {
    file_.close();
    if (!temporary_.empty()) ::unlinkat(directory_.get(), temporary_.c_str(), 0);
    temporary_.clear();
}

}  // namespace strata
#endif
