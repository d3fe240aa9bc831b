// Softmax regression on MNIST: one linear layer, trained for five epochs. Where MNIST is not at hand the
// program draws digits of its own and says so.
//
// The data is looked for in $STRATA_DATA_DIR/mnist, or in data/mnist.

#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

using Net = st::Sequential<st::Flatten, st::Linear<784, 10>, st::LogSoftmax>;

int main() {
    auto [train, test] = st::datasets::mnist_or_drawn();

    st::manual_seed(42);
    st::Model<Net> model;
    auto history =
        st::fit(model, st::DataLoader{train, {.batch_size = 64}}, st::NLLLoss{}, st::Adam{.lr = 0.01},
                {.epochs = 5,
                 .validation = st::DataLoader{test, {.batch_size = 64}},
                 .epoch_loss = st::EpochLoss::batch_sum_per_sample});

    st::save(model, "02_mnist_softmax.safetensors");
    history.write_csv("02_mnist_softmax.csv");
    std::printf("saved 02_mnist_softmax.safetensors and 02_mnist_softmax.csv\n");
}
