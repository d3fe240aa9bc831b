#include "strata/data/drawn_digits.hpp"

#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "catch.hpp"
#include "io/support.hpp"
#include "strata/data/data_loader.hpp"

namespace st = strata;
using st::datasets::drawn_digits;
using st::datasets::Mnist;
using support::contains;
using support::message_of;
using support::TemporaryDirectory;

namespace {

/// Softmax regression in plain loops, trained by SGD. Returns its accuracy on `test`.
double accuracy_of_a_linear_classifier(const Mnist& train, const Mnist& test, int epochs) {
    std::vector<double> weight(10 * 785);
    const auto scores = [&](const auto& x, std::size_t i, std::array<double, 10>& score) {
        for (std::size_t k = 0; k < 10; ++k) {
            score[k] = weight[k * 785 + 784];
            for (std::size_t j = 0; j < 784; ++j)
                score[k] += weight[k * 785 + j] * static_cast<double>(x.data[i * 784 + j]);
        }
    };
    std::array<double, 10> score;
    for (int epoch = 0; epoch < epochs; ++epoch) {
        const st::DataLoader batches{train, {.batch_size = 100}};
        for (auto [x, y] : batches.views()) {
            for (std::size_t i = 0; i < x.batch; ++i) {
                scores(x, i, score);
                double sum = 0;
                for (double& s : score) sum += s = std::exp(s);
                for (std::size_t k = 0; k < 10; ++k) {
                    const double step =
                        -0.02 * (score[k] / sum - (y.data[i] == static_cast<std::int64_t>(k)));
                    for (std::size_t j = 0; j < 784; ++j)
                        weight[k * 785 + j] += step * static_cast<double>(x.data[i * 784 + j]);
                    weight[k * 785 + 784] += step;
                }
            }
        }
    }
    double right = 0;
    const st::DataLoader batches{test, {.batch_size = 100}};
    for (auto [x, y] : batches.views()) {
        for (std::size_t i = 0; i < x.batch; ++i) {
            scores(x, i, score);
            std::size_t best = 0;
            for (std::size_t k = 1; k < 10; ++k)
                if (score[k] > score[best]) best = k;
            right += best == static_cast<std::size_t>(y.data[i]);
        }
    }
    return right / static_cast<double>(test.size());
}

/// What `call` writes to the standard error output.
template <class Call>
std::string written_to_stderr(Call call) {
    const TemporaryDirectory directory;
    const std::string path = directory.path("stderr");
    const int kept = ::dup(STDERR_FILENO), file = ::open(path.c_str(), O_CREAT | O_WRONLY, 0600);
    REQUIRE((kept >= 0 && file >= 0));
    ::dup2(file, STDERR_FILENO);
    call();
    std::fflush(stderr);
    ::dup2(kept, STDERR_FILENO);
    ::close(file);
    ::close(kept);
    return support::read_bytes(path);
}

}  // namespace

TEST_CASE("drawn digits have MNIST's form, and every digit is there") {
    const auto [train, test] = drawn_digits(600, 200);
    REQUIRE(train.size() == 600);
    REQUIRE(test.size() == 200);
    std::array<int, 10> count{};
    for (std::size_t i = 0; i < train.size(); ++i) {
        ++count[train.label(i)];
        int ink = 0, border = 0;
        const auto pixels = train.pixels(i);
        for (std::size_t j = 0; j < 784; ++j) {
            ink += pixels[j] > 127;
            const std::size_t row = j / 28, column = j % 28;
            if (row == 0 || row == 27 || column == 0 || column == 27) border += pixels[j] > 127;
        }
        CHECK(ink > 15);
        CHECK(ink < 350);
        CHECK(border < 12);
    }
    for (const int n : count) CHECK(n > 30);
    CHECK(std::string(train.class_names()[7]) == "7");
}

TEST_CASE("a seed decides the digits, and the default generator is not touched") {
    st::manual_seed(1);
    const auto first = drawn_digits(50, 20, 3);
    const std::uint32_t next = st::default_generator().random();
    st::manual_seed(1);
    CHECK(st::default_generator().random() == next);

    const auto again = drawn_digits(50, 20, 3), other = drawn_digits(50, 20, 4),
               shorter = drawn_digits(30, 20, 3);
    CHECK((first.train.pixels() == again.train.pixels()));
    CHECK((first.test.labels() == again.test.labels()));
    CHECK((first.train.pixels() != other.train.pixels()));
    CHECK((first.test.pixels() == shorter.test.pixels()));  // however many there are to train with
    CHECK((first.train.labels() != std::vector<std::uint8_t>(first.test.labels())));
    CHECK(drawn_digits(0, 0).train.size() == 0);
}

TEST_CASE("a linear classifier learns them, and not perfectly") {
    const auto [train, test] = drawn_digits(5000, 1000);
    const double accuracy = accuracy_of_a_linear_classifier(train, test, 2);
    INFO("accuracy " << accuracy);
    CHECK(accuracy > 0.85);
    CHECK(accuracy < 0.98);
}

TEST_CASE("mnist_or_drawn says in one line that it draws, and does not hide broken files") {
    const TemporaryDirectory directory;
    std::size_t size = 0;
    const std::string said =
        written_to_stderr([&] { size = st::datasets::mnist_or_drawn(directory.name()).train.size(); });
    CHECK(size == 10000);
    CHECK(contains(said, directory.name()));
    CHECK(contains(said, "drew 10000 + 2000 digits"));
    CHECK(said.find('\n') == said.size() - 1);

    support::write_bytes(directory.path("train-images-idx3-ubyte"), "x");
    const std::string message =
        message_of<st::FileError>([&] { st::datasets::mnist_or_drawn(directory.name()); });
    CHECK(contains(message, "t10k-labels-idx1-ubyte"));
    CHECK(!contains(message, "train-images"));
}
