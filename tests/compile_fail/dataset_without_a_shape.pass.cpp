#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

int main() {
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4});
    const xt::xtensor<std::int64_t, 1> y = xt::zeros<std::int64_t>({8});
    const st::TensorDataset<st::Shape<4>> dataset{x, y};
    const st::DataLoader loader{dataset, {.batch_size = 4}};
    return static_cast<int>(loader.size());
}
