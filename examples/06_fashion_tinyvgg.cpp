// TinyVGG on Fashion-MNIST, the model of the learnpytorch course: two blocks of convolution, ReLU,
// convolution, ReLU and pool with ten channels, then one linear layer.
//
// The data is looked for in $STRATA_DATA_DIR/fashion_mnist, or in data/fashion_mnist. Without it the program
// shows the network and says where to get them.

#include <strata/strata.hpp>

namespace st = strata;

template <int Channels>
using Block = st::Sequential<st::Conv2d<Channels, 3, st::padding<1>>, st::ReLU,
                             st::Conv2d<Channels, 3, st::padding<1>>, st::ReLU, st::MaxPool2d<2>>;
using TinyVgg = st::Sequential<st::Input<1, 28, 28>, Block<10>, Block<10>, st::Flatten, st::Linear<10>>;

// 28 x 28 pixels become 14 x 14, then 7 x 7; PyTorch's users have to find this 490 by hand.
static_assert(st::Model<TinyVgg>::parameter_count == 100 + 3 * 910 + 490 * 10 + 10);

int main() {
    st::manual_seed(42);
    st::Model<TinyVgg> model;
    std::cout << st::summary(model, {.batch = 32}) << '\n';
    try {
        const auto [train, test] = st::datasets::fashion_mnist();
        const st::DataLoader batches{train, {.batch_size = 32, .shuffle = true, .num_workers = 1}};
        const st::DataLoader test_batches{test, {.batch_size = 32}};
        st::fit(model, batches, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1},
                {.epochs = 3, .validation = test_batches});
        const auto measured = st::evaluate(model, test_batches, st::CrossEntropyLoss{});
        std::printf("test loss %.4f, test accuracy %.4f\n", measured.loss, measured.accuracy);
        st::save(model, "06_fashion_tinyvgg.safetensors");
    } catch (const st::FileError& missing) {
        std::printf("%s\n", missing.what());
    }
}
