#include "strata/io/atomic_file.hpp"

#include <csignal>
#include <string>

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "catch.hpp"
#include "io/support.hpp"

using strata::AtomicFile;
using strata::FileError;
using support::contains;
using support::message_of;
using support::OrdinaryUser;
using support::read_bytes;
using support::TemporaryDirectory;
using support::write_bytes;

namespace {

void replace(const std::string& path, std::string_view content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

mode_t mode_of(const std::string& path) {
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("a committed file holds all that was written") {
    const TemporaryDirectory directory;
    std::string expected;
    AtomicFile file(directory.path("file"));
    for (const std::size_t bytes :
         {0u, 1u, 65535u, 1u, 2u, 65536u, 70000u, 200000u, 3u}) {  // around the buffer's size
        const std::string part(bytes, static_cast<char>('a' + expected.size() % 26));
        file.write(part);
        expected += part;
    }
    file.write(nullptr, 0);
    CHECK_FALSE(std::filesystem::exists(directory.path("file")));
    file.commit();
    CHECK(read_bytes(directory.path("file")) == expected);
    CHECK(directory.files() == 1);
}

TEST_CASE("a file that is not committed leaves the old one, and no temporary file") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    write_bytes(path, "old");
    {
        AtomicFile file(path);
        file.write(std::string(100000, 'n'));
        CHECK(directory.files() == 2);
    }
    CHECK(read_bytes(path) == "old");
    CHECK(directory.files() == 1);
}

TEST_CASE("a file is written once") {
    const TemporaryDirectory directory;
    AtomicFile file(directory.path("file"));
    file.write("content");
    file.commit();
    CHECK(contains(message_of<FileError>([&] { file.write("more"); }), "already committed"));
    CHECK(contains(message_of<FileError>([&] { file.commit(); }), directory.path("file")));
    CHECK(read_bytes(directory.path("file")) == "content");
}

TEST_CASE("mode bits: those of the file that is replaced, else 0666 without the umask's") {
    const TemporaryDirectory directory;
    const mode_t old_mask = ::umask(027);
    replace(directory.path("new"), "x");
    CHECK(mode_of(directory.path("new")) == 0640);
    for (const mode_t mode : {0600u, 0644u, 0666u, 0755u}) {
        REQUIRE(::chmod(directory.path("new").c_str(), mode) == 0);
        replace(directory.path("new"), "y");
        CHECK(mode_of(directory.path("new")) == mode);
    }
    ::umask(old_mask);
}

TEST_CASE("a symbolic link is replaced, what it points to is not touched") {
    const TemporaryDirectory directory;
    write_bytes(directory.path("target"), "old");
    std::filesystem::create_symlink("target", directory.path("link"));
    replace(directory.path("link"), "new");
    CHECK(read_bytes(directory.path("target")) == "old");
    CHECK(read_bytes(directory.path("link")) == "new");
    CHECK_FALSE(std::filesystem::is_symlink(directory.path("link")));
}

TEST_CASE("paths that cannot be written are named, with the reason") {
    const TemporaryDirectory directory;
    const auto refusal = [](const std::string& path) {
        return message_of<FileError>([&] { AtomicFile file(path); });
    };
    CHECK(contains(refusal(""), "path: found an empty string"));
    CHECK(contains(refusal(std::string("a\0b", 3)), "NUL"));
    CHECK(contains(refusal(directory.name()), "found a directory"));
    CHECK(contains(refusal(directory.name() + "/"), "found a directory"));
    CHECK(contains(refusal("."), "found a directory"));
    const std::string in_missing = directory.path("missing/file");
    CHECK(refusal(in_missing) == in_missing + ": cannot open the directory: No such file or directory");
    write_bytes(directory.path("file"), "old");
    CHECK(contains(refusal(directory.path("file/file")), "Not a directory"));
    CHECK(contains(refusal(directory.path(std::string(300, 'x'))), "File name too long"));
    REQUIRE(::mkfifo(directory.path("pipe").c_str(), 0600) == 0);
    CHECK(contains(refusal(directory.path("pipe")), "found a device or pipe, expected a regular file"));
    CHECK(contains(refusal("/dev/full"), "found a device or pipe, expected a regular file"));
    CHECK(std::filesystem::is_character_file("/dev/full"));
    CHECK(directory.files() == 2);
}

TEST_CASE("a name of 255 bytes, as long as the system allows") {
    const TemporaryDirectory directory;
    const std::string path = directory.path(std::string(255, 'x'));
    replace(path, "content");
    CHECK(read_bytes(path) == "content");
}

TEST_CASE("without permission nothing is written") {
    const TemporaryDirectory directory;
    write_bytes(directory.path("protected"), "old");
    REQUIRE(::chmod(directory.path("protected").c_str(), 0444) == 0);
    std::filesystem::create_directory(directory.path("closed"));
    REQUIRE(::chmod(directory.path("closed").c_str(), 0555) == 0);
    const OrdinaryUser user;
    for (const char* name : {"protected", "closed/file"}) {
        const std::string message = message_of<FileError>([&] { AtomicFile file(directory.path(name)); });
        CHECK(contains(message, directory.path(name)));
        CHECK(contains(message, "Permission denied"));
    }
    CHECK(read_bytes(directory.path("protected")) == "old");
    CHECK(directory.files() == 2);
}

TEST_CASE("a full disk is an error that names the file") {
    const strata::io::Descriptor full(::open("/dev/full", O_WRONLY));
    REQUIRE(full.is_open());
    const std::string text(100, 'x');
    CHECK(message_of<FileError>([&] {
              strata::io::write_all(full.get(), "name", text.data(), text.size());
          }) == "name: cannot write: No space left on device");
}

TEST_CASE("a write that fails half-way leaves the old file, and cannot be committed") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    write_bytes(path, "old");
    rlimit old_limit{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &old_limit) == 0);
    const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
    for (const std::size_t bytes :
         {100'001u, 1000u, 5'000'000u}) {  // fails in write(), in commit(), in write()
        rlimit limit = old_limit;
        limit.rlim_cur = bytes - 1;
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
        std::string message, second;
        {
            AtomicFile file(path);
            message = message_of<FileError>([&] {
                file.write(std::string(bytes, 'n'));
                file.commit();
            });
            second = message_of<FileError>([&] { file.commit(); });
        }
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &old_limit) == 0);
        CHECK(message == path + ": cannot write: File too large");
        CHECK(contains(second, "a write failed"));
        CHECK(read_bytes(path) == "old");
        CHECK(directory.files() == 1);
    }
    std::signal(SIGXFSZ, old_handler);
}

TEST_CASE("a process that is killed while it writes leaves the file whole") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    const std::string first(300'000, '1'), second(200'000, '2');
    replace(path, first);
    for (int kill_after = 0; kill_after < 50; ++kill_after) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) {
            for (bool other = true;; other = !other) replace(path, other ? second : first);
        }
        ::usleep(static_cast<useconds_t>(100 + 137 * kill_after));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        const std::string content = read_bytes(path);
        REQUIRE((content == first || content == second));
    }
    for (const auto& entry : std::filesystem::directory_iterator(directory.name())) {
        const std::string name = entry.path().filename().string();
        CHECK((name == "file" || name.starts_with(".strata-")));
    }
}

TEST_CASE("read_file reads a whole regular file up to its limit") {
    const TemporaryDirectory directory;
    const std::string content("a\0b\n", 4);
    write_bytes(directory.path("file"), content);
    CHECK(strata::read_file(directory.path("file"), 4) == content);
    write_bytes(directory.path("empty"), "");
    CHECK(strata::read_file(directory.path("empty"), 0).empty());

    const auto refusal = [](const std::string& path) {
        return message_of<FileError>([&] { strata::read_file(path, 3); });
    };
    CHECK(refusal(directory.path("file")) ==
          directory.path("file") + ": size: found 4 bytes, the limit is 3 bytes");
    CHECK(refusal(directory.path("missing")) ==
          directory.path("missing") + ": cannot open: No such file or directory");
    CHECK(contains(refusal(directory.name()), "found a directory, expected a regular file"));
    CHECK(contains(refusal("/dev/zero"), "expected a regular file"));
    CHECK(contains(refusal("/proc/self/status"), "found more than 0 bytes"));
    REQUIRE(::mkfifo(directory.path("pipe").c_str(), 0600) == 0);  // must not wait for a writer
    CHECK(contains(refusal(directory.path("pipe")), "expected a regular file"));
    REQUIRE(::chmod(directory.path("file").c_str(), 0) == 0);
    const OrdinaryUser user;
    CHECK(contains(refusal(directory.path("file")), "Permission denied"));
}
