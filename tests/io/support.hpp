#pragma once
// The common part of the tests of files: a directory that removes itself, whole files as strings, errors as text.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include <unistd.h>

#include "catch.hpp"

namespace support {

class TemporaryDirectory {
public:
    TemporaryDirectory() {
        name_ = (std::filesystem::temp_directory_path() / "strata-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name_.data()) != nullptr);
        std::filesystem::permissions(name_, std::filesystem::perms(0777));
    }
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
    ~TemporaryDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(name_, ignored);
    }

    std::string path(const std::string& file) const { return name_ + "/" + file; }
    const std::string& name() const { return name_; }
    long files() const {
        return std::distance(std::filesystem::directory_iterator(name_),
                             std::filesystem::directory_iterator());
    }

private:
    std::string name_;
};

/// While it lives, a test run by root is refused what an ordinary user would be refused.
class OrdinaryUser {
public:
    OrdinaryUser() : user_(::geteuid()) {
        if (user_ == 0) REQUIRE(::seteuid(65534) == 0);
    }
    OrdinaryUser(const OrdinaryUser&) = delete;
    OrdinaryUser& operator=(const OrdinaryUser&) = delete;
    ~OrdinaryUser() {
        if (user_ == 0 && ::seteuid(0) != 0) std::abort();
    }

private:
    uid_t user_;
};

inline void write_bytes(const std::string& path, std::string_view content) {
    std::FILE* file = std::fopen(path.c_str(), "wb");
    REQUIRE(file != nullptr);
    const bool whole = std::fwrite(content.data(), 1, content.size(), file) == content.size();
    REQUIRE((std::fclose(file) == 0 && whole));
}

inline std::string read_bytes(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file.is_open());
    return {std::istreambuf_iterator<char>(file), {}};
}

/// The message of the Expected that `call` throws; fails the test if it throws nothing or something else.
template <class Expected, class Call>
std::string message_of(Call call) {
    try {
        call();
    } catch (const Expected& error) {
        return error.what();
    }
    FAIL("no error was thrown");
    return {};
}

inline bool contains(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

/// A file of tests/golden, or of $STRATA_GOLDEN_DIR where the tests run without their sources.
inline std::string golden(const std::string& file) {
    if (const char* directory = std::getenv("STRATA_GOLDEN_DIR"))
        return (std::filesystem::path(directory) / file).string();
    return (std::filesystem::path(__FILE__).parent_path().parent_path() / "golden" / file).string();
}

}  // namespace support
