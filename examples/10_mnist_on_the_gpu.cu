// MNIST on the GPU if there is one, and on the processor if not: the same network, the same training
// function, the same weight file. Softmax regression first, then a multi-layer perceptron.
//
//   nvcc -std=c++20 -O2 -arch=native -Iinclude examples/10_mnist_on_the_gpu.cu -lcublasLt -lopenblas -lz
//
// The data is looked for in $STRATA_DATA_DIR/mnist, or in data/mnist.

#include <cstdio>
#include <strata/cuda.hpp>
#include <strata/strata.hpp>

namespace st = strata;

using Softmax = st::Sequential<st::Flatten, st::Linear<784, 10>, st::LogSoftmax>;
using Mlp = st::Sequential<st::Flatten, st::Linear<784, 512>, st::ReLU, st::Dropout,  //
                           st::Linear<256>, st::ReLU, st::Linear<10>, st::LogSoftmax>;

template <class Net, class Device>
double train(const auto& data, double lr, const char* file) {
    const st::DataLoader batches{data.train, {.batch_size = 64, .shuffle = true}};
    const st::DataLoader test_batches{data.test, {.batch_size = 1000}};
    st::manual_seed(42);
    st::Model<Net, Device> model;
    const auto history =
        st::fit(model, batches, st::NLLLoss{}, st::Adam{.lr = lr}, {.epochs = 5, .validation = test_batches});
    st::save(model, file);  // a Model<Net> on the processor loads it too
    return history.back().validation_accuracy;
}

template <class Device>
bool train_both() {
    const auto data = st::datasets::mnist_or_drawn();
    const double softmax = train<Softmax, Device>(data, 1e-2, "10_softmax.safetensors");
    const double mlp = train<Mlp, Device>(data, 1e-3, "10_mlp.safetensors");
    std::printf("test accuracy: softmax %.4f, mlp %.4f\n", softmax, mlp);
    const bool drawn = data.test.size() != 10000;  // MNIST's test set; fewer digits are drawn
    return drawn || (softmax > 0.88 && mlp > 0.97);
}

int main() {
    if (st::cuda::is_available()) return train_both<st::Cuda>() ? 0 : 1;
    std::printf("%s; training on the processor\n", st::cuda::unavailable_because().c_str());
    return train_both<st::Cpu>() ? 0 : 1;
}
