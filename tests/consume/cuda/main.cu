// A line through a few points on the GPU, without xtensor; where there is no GPU it says so and ends.
#include <cstdio>
#include <strata/cuda.hpp>

namespace st = strata;

int main() {
    if (!st::cuda::is_available()) {
        std::printf("%s\n", st::cuda::unavailable_because().c_str());
        return 0;
    }
    using Net = st::Sequential<st::Linear<1, 1>>;

    st::manual_seed(42);
    st::Model<Net, st::Cuda> model;
    st::Trainer trainer{model, st::MSELoss{}, st::SGD{.lr = 0.1}};

    st::HostTensor<float> x({4, 1}), y({4, 1});
    for (int i = 0; i < 4; ++i) {
        x(i, 0) = static_cast<float>(i - 1);
        y(i, 0) = 3 * x(i, 0) + 1;
    }
    const auto device_x = st::to<st::Cuda>(x), device_y = st::to<st::Cuda>(y);
    for (int step = 0; step < 199; ++step) trainer.step(device_x, device_y);
    const st::BatchResult last = trainer.step(device_x, device_y);
    std::printf("the loss is %g\n", last.loss);
    return last.loss < 1e-3 ? 0 : 1;
}
