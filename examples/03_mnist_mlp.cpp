// A multi-layer perceptron on MNIST, with dropout, above 98 % on the test set. Shuffled batches are prepared
// by a thread of their own while the network trains.
//
// The data is looked for in $STRATA_DATA_DIR/mnist, or in data/mnist.

#include <cstdlib>
#include <strata/strata.hpp>
#include <string>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten,       //
                           st::Linear<512>, st::ReLU, st::Dropout,  //
                           st::Linear<256>, st::ReLU, st::Dropout,  //
                           st::Linear<10>, st::LogSoftmax>;

// What follows from the type is known before the program runs.
static_assert(st::Model<Net>::parameter_count == 784 * 512 + 512 + 512 * 256 + 256 + 256 * 10 + 10);
static_assert(st::Model<Net>::training_bytes(128) < 2 * 1024 * 1024);

int main() {
    const char* folder = std::getenv("STRATA_DATA_DIR");
    auto [train, test] = st::datasets::mnist_or_drawn(std::string(folder ? folder : "data") + "/mnist");

    st::manual_seed(42);
    st::Model model{Net{{}, {}, {}, {}, st::Dropout{.p = 0.2}, {}, {}, st::Dropout{.p = 0.2}, {}, {}}};
    const st::DataLoader batches{train, {.batch_size = 128, .shuffle = true, .num_workers = 1}};
    const st::DataLoader test_batches{test, {.batch_size = 1000}};
    st::fit(model, batches, st::NLLLoss{}, st::Adam{.lr = 1e-3}, {.epochs = 5, .validation = test_batches});
    std::printf("two more with a fifth of the learning rate\n");
    st::fit(model, batches, st::NLLLoss{}, st::Adam{.lr = 2e-4}, {.epochs = 2, .validation = test_batches});

    const auto measured = st::evaluate(model, test_batches, st::NLLLoss{});
    std::printf("test accuracy %.4f over %zu images\n", measured.accuracy, measured.samples);
    st::save(model, "03_mnist_mlp.safetensors");
    const bool drawn = test.size() != 10000;  // MNIST's test set; fewer digits are drawn
    return drawn || measured.accuracy > 0.98 ? 0 : 1;
}
