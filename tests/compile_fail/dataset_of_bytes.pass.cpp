#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

int main() {
    const xt::xtensor<std::uint8_t, 2> x = xt::zeros<std::uint8_t>({8, 4});
    const xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    const st::TensorDataset<st::Shape<4>> dataset{xt::cast<float>(x) / 255, y};
    return static_cast<int>(dataset.size());
}
