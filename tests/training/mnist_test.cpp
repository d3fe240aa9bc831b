// Softmax regression on MNIST, the five epochs of examples/02_mnist_softmax.cpp, against PyTorch's numbers.
// The data is looked for in $STRATA_DATA_DIR/mnist, or in data/mnist; without it there is nothing to check.

#include "catch.hpp"
#include "device.hpp"

#include <strata/data/data_loader.hpp>
#include <strata/data/mnist.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/fit.hpp>
#include <string>

namespace st = strata;

TEST_CASE("five epochs of softmax regression on MNIST") {
    const std::string directory = st::datasets::default_directory("mnist");
    if (st::datasets::detail::MnistFiles(directory).found < 4) {
        WARN("skipped: MNIST is not in " + directory);
        return;
    }
    const auto [train, test] = st::datasets::mnist(directory);
    st::manual_seed(42);
    test::Model<st::Sequential<st::Flatten, st::Linear<784, 10>, st::LogSoftmax>> model;
    const st::History history =
        st::fit(model, st::DataLoader{train, {.batch_size = 64}}, st::NLLLoss{}, st::Adam{.lr = 0.01},
                {.epochs = 5,
                 .validation = st::DataLoader{test, {.batch_size = 64}},
                 .epoch_loss = st::EpochLoss::batch_sum_per_sample});

    const double loss[] = {0.00593, 0.00520, 0.00508, 0.00501, 0.00496};
    const double accuracy[] = {0.893, 0.910, 0.913, 0.915, 0.917};
    const double validation_accuracy[] = {0.894, 0.898, 0.898, 0.897, 0.896};
    REQUIRE(history.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) {
        CHECK(history[i].loss == Approx(loss[i]).epsilon(0.01));
        CHECK(history[i].accuracy == Approx(accuracy[i]).margin(0.002).epsilon(0));
        CHECK(history[i].validation_accuracy == Approx(validation_accuracy[i]).margin(0.002).epsilon(0));
    }
}
