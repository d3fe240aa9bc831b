#pragma once
// A file in memory for the fuzz targets (Linux): real system calls, no disk.

#include <cstddef>
#include <cstdlib>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

namespace fuzz {

class MemoryFile {
public:
    MemoryFile() : fd_(::memfd_create("fuzz", MFD_CLOEXEC)), path_("/proc/self/fd/" + std::to_string(fd_)) {
        if (fd_ < 0) std::abort();
    }
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;
    ~MemoryFile() { ::close(fd_); }

    const std::string& path() const { return path_; }
    void write(const void* data, std::size_t bytes) const {
        if (::ftruncate(fd_, 0) != 0) std::abort();
        if (::pwrite(fd_, data, bytes, 0) != static_cast<ssize_t>(bytes)) std::abort();
    }

private:
    int fd_;
    std::string path_;
};

inline void require(bool condition) {
    if (!condition) std::abort();
}

}  // namespace fuzz
