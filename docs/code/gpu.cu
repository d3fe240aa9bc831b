// Quoted by docs/how_to/use_the_gpu.md: training and inference on a GPU.

#include <cstdio>
#include <strata/cuda.hpp>
#include <strata/strata.hpp>

namespace st = strata;

// [choose]
using Net = st::Sequential<st::Flatten, st::Linear<784, 128>, st::ReLU, st::Linear<10>, st::LogSoftmax>;

template <class Device>
void train(const auto& data) {
    st::Model<Net, Device> model;
    st::fit(model, st::DataLoader{data.train, {.batch_size = 64, .shuffle = true}}, st::NLLLoss{},
            st::Adam{.lr = 1e-3},
            {.epochs = 2, .validation = st::DataLoader{data.test, {.batch_size = 256}}});
    st::save(model, "gpu.safetensors");
}

void train_where_it_is_quickest(const auto& data) {
    if (st::cuda::is_available())
        train<st::Cuda>(data);
    else
        train<st::Cpu>(data);
}
// [choose]

template <class Digits>
void by_hand(const Digits& digits) {
    const st::DataLoader loader{digits, {.batch_size = 64}};
    // [by_hand]
    st::Model<Net> on_cpu;
    auto model = on_cpu.to<st::Cuda>();  // another model, with the same parameters
    st::Optimizer optimizer{model, st::SGD{.lr = 0.1}};
    st::NLLLoss criterion;
    for (auto [x, y] : loader) {
        auto prediction = model(st::to<st::Cuda>(x));  // lies on the GPU
        auto loss = criterion(prediction, st::to<st::Cuda>(y));
        optimizer.zero_grad();
        model.backward(loss);
        optimizer.step();
    }
    auto trained = model.to<st::Cpu>();
    // [by_hand]
    (void)trained;

    const auto batches = loader.begin();
    const auto [x, y] = *batches;
    // [trainer]
    const auto device_x = st::to<st::Cuda>(x);
    const auto device_y = st::to<st::Cuda>(y);
    st::Trainer trainer{model, st::NLLLoss{}, st::Adam{}};
    trainer.precision(st::Precision::tf32);  // or bfloat16, float16; float32 is the default
    for (int step = 0; step < 1000; ++step) trainer.step(device_x, device_y);  // does not wait
    std::printf("mean loss %.4f\n", trainer.totals().loss());                  // waits
    // [trainer]

    // [results]
    st::HostTensor<float> log_probabilities = st::predict(model, device_x);         // (64, 10), on the host
    xt::xtensor<float, 2> as_xtensor = st::predict(model, device_x);                // the same
    xt::xtensor<float, 2> weight = model.parameter<"1.weight">().cpu();             // a copy
    model.parameter<"1.weight">().copy_from(xt::xtensor<float, 2>(weight * 0.5f));  // and back
    // [results]
    std::printf("%.4f %.4f\n", static_cast<double>(log_probabilities(0, 0)),
                static_cast<double>(as_xtensor(0, 0)));
}

int main() {
    const auto data = st::datasets::drawn_digits(2000, 500);
    train_where_it_is_quickest(data);
    if (!st::cuda::is_available()) {
        std::printf("%s\n", st::cuda::unavailable_because().c_str());
        return 77;
    }
    by_hand(data.train);
}
