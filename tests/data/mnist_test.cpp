#include "strata/data/mnist.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

#include "catch.hpp"
#include "io/support.hpp"
#include "strata/data/data_loader.hpp"

namespace st = strata;
using st::datasets::fashion_mnist;
using st::datasets::mnist;
using support::contains;
using support::message_of;
using support::TemporaryDirectory;
using support::write_bytes;

namespace {

std::string words(std::initializer_list<std::uint32_t> values) {
    std::string bytes;
    for (const std::uint32_t value : values)
        for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFF);
    return bytes;
}

/// Files of `count` images whose pixels count upwards, with labels 0 1 2 ... 9 0 ...
void write_set(const TemporaryDirectory& directory, const std::string& images, const std::string& labels,
               std::uint32_t count, std::uint32_t rows = 28) {
    std::string pixels = words({0x803, count, rows, 28}), classes = words({0x801, count});
    for (std::uint32_t i = 0; i < count * rows * 28; ++i) pixels += static_cast<char>(i % 256);
    for (std::uint32_t i = 0; i < count; ++i) classes += static_cast<char>(i % 10);
    write_bytes(directory.path(images), pixels);
    write_bytes(directory.path(labels), classes);
}
void write_train(const TemporaryDirectory& directory, std::uint32_t count = 30) {
    write_set(directory, "train-images-idx3-ubyte", "train-labels-idx1-ubyte", count);
}
void write_test(const TemporaryDirectory& directory, std::uint32_t count = 12) {
    write_set(directory, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", count);
}

template <class Call>
std::string refused(Call call) {
    return message_of<st::FileError>(call);
}

}  // namespace

TEST_CASE("both sets are read, under any of the usual names") {
    const TemporaryDirectory directory;
    write_set(directory, "train-images.idx3-ubyte", "train-labels.idx1-ubyte", 30);
    write_test(directory);
    const auto [train, test] = mnist(directory.name());
    REQUIRE(train.size() == 30);
    REQUIRE(test.size() == 12);
    CHECK(train.label(13) == 3);
    CHECK(train.pixels(1)[0] == 784 % 256);
    const auto [x, y] = test.get(2);
    CHECK(x[1] == static_cast<float>((2 * 784 + 1) % 256) / 255.0f);
    CHECK(y == 2);
    CHECK(std::string(train.class_names()[4]) == "4");
    CHECK(std::string(fashion_mnist(directory.name()).train.class_names()[9]) == "Ankle boot");
    static_assert(decltype(train)::classes == 10);
    CHECK(contains(message_of<st::ValueError>([&, &set = test] { (void)set.get(12); }),
                   "sample 12 of a dataset of 12"));
}

TEST_CASE("batches are the pixels divided by 255") {
    const TemporaryDirectory directory;
    write_train(directory);
    write_test(directory);
    const auto [train, test] = mnist(directory.name());
    std::size_t first = 0;
    for (auto [x, y] : st::DataLoader{train, {.batch_size = 8}}) {
        REQUIRE(x.shape() == std::array<std::size_t, 4>{y.size(), 1, 28, 28});
        int wrong = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            wrong += y(i) != static_cast<std::int64_t>((first + i) % 10);
            for (std::size_t j = 0; j < 784; ++j)
                wrong += x(i, 0, j / 28, j % 28) != static_cast<float>(train.pixels(first + i)[j]) / 255.0f;
        }
        REQUIRE(wrong == 0);
        first += y.size();
    }
    CHECK(first == 30);
}

TEST_CASE("missing files are named, with the directory and the way to get them") {
    const TemporaryDirectory directory;
    std::string message = refused([&] { mnist(directory.path("nowhere")); });
    CHECK(contains(message, directory.path("nowhere") + ": there is no such directory"));
    for (const char* name : {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                             "t10k-labels-idx1-ubyte", "scripts/quickstart", "README"})
        CHECK(contains(message, name));

    write_train(directory);
    message = refused([&] { fashion_mnist(directory.name()); });
    CHECK(!contains(message, "no such directory"));
    CHECK(!contains(message, "train-images"));
    CHECK(contains(message, "Fashion-MNIST needs t10k-images-idx3-ubyte, t10k-labels-idx1-ubyte"));
}

TEST_CASE("files that do not belong together are refused with both names and numbers") {
    const TemporaryDirectory directory;
    write_train(directory);
    write_test(directory);
    const auto read = [&] { mnist(directory.name()); };

    write_bytes(directory.path("t10k-labels-idx1-ubyte"), words({0x801, 11}) + std::string(11, '\0'));
    std::string message = refused(read);
    CHECK(contains(message, directory.path("t10k-images-idx3-ubyte") + " holds 12 images"));
    CHECK(contains(message, directory.path("t10k-labels-idx1-ubyte") + " holds 11 labels"));

    write_bytes(directory.path("t10k-labels-idx1-ubyte"),
                words({0x801, 12}) + std::string(7, '\0') + '\x0A' + std::string(4, '\0'));
    message = refused(read);
    CHECK(contains(message,
                   directory.path("t10k-labels-idx1-ubyte") + ": label 7: found 10, expected at most 9"));
    CHECK(contains(message, directory.path("t10k-images-idx3-ubyte")));

    write_set(directory, "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", 12, 27);
    message = refused(read);
    CHECK(contains(message, directory.path("t10k-images-idx3-ubyte")));
    CHECK(contains(message, "found 27 x 28, expected 28 x 28"));

    write_bytes(directory.path("t10k-images-idx3-ubyte"), words({0x803, 12, 28, 28}) + "short");
    CHECK(contains(refused(read), directory.path("t10k-images-idx3-ubyte")));
}

TEST_CASE("an ImageDataset refuses bytes and labels that do not fit") {
    using Tiny = st::ImageDataset<st::Shape<1, 2, 2>, 3>;
    const Tiny::ClassNames names = {"a", "b", "c"};
    const Tiny dataset({255, 0, 51, 1, 2, 3, 4, 5}, {2, 0}, names);
    CHECK(dataset.get(0).x == std::array{1.0f, 0.0f, 0.2f, 1.0f / 255.0f});
    CHECK(dataset.label(0) == 2);
    CHECK(contains(message_of<st::ShapeError>([&] {
                       Tiny({1, 2, 3}, {0}, names);
                   }),
                   "3 bytes of pixels for 1 labels"));
    CHECK(contains(message_of<st::ValueError>([&] {
                       Tiny({1, 2, 3, 4}, {3}, names);
                   }),
                   "label 0 is 3, but there are 3 classes"));
}

TEST_CASE("where data is looked for") {
    const char* given = std::getenv("STRATA_DATA_DIR");
    const std::string kept = given ? given : "";
    ::setenv("STRATA_DATA_DIR", "/elsewhere", 1);
    CHECK(st::datasets::default_directory("mnist") == "/elsewhere/mnist");
    CHECK(contains(refused([] { mnist(); }), "/elsewhere/mnist"));
    ::unsetenv("STRATA_DATA_DIR");
    CHECK(st::datasets::default_directory("mnist") == "data/mnist");
    if (given) ::setenv("STRATA_DATA_DIR", kept.c_str(), 1);
}

TEST_CASE("the real MNIST") {
    const char* root = std::getenv("STRATA_DATA_DIR");
    if (root == nullptr || ::access((std::string(root) + "/mnist").c_str(), F_OK) != 0) {
        WARN("skipped: no MNIST (STRATA_DATA_DIR/mnist)");
        return;
    }
    const auto [train, test] = mnist();
    REQUIRE(train.size() == 60000);
    REQUIRE(test.size() == 10000);
    const std::size_t first[] = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4};
    for (std::size_t i = 0; i < 10; ++i) CHECK(train.label(i) == first[i]);
    double sum = 0, squares = 0;
    for (const std::uint8_t pixel : train.pixels()) {
        sum += pixel / 255.0;
        squares += pixel / 255.0 * (pixel / 255.0);
    }
    const double mean = sum / (60000.0 * 784);
    CHECK(mean == Approx(0.1307).margin(5e-5));  // the numbers that everyone normalises with
    CHECK(std::sqrt(squares / (60000.0 * 784) - mean * mean) == Approx(0.3081).margin(5e-5));
}
