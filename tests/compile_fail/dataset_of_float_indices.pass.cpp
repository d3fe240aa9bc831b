#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

int main() {
    const xt::xtensor<float, 2> words = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    const st::TensorDataset<st::Shape<4>, st::ClassIndex, std::int64_t> dataset{xt::cast<std::int64_t>(words),
                                                                                y};
    return static_cast<int>(dataset.size());
}
