#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

int main() {
    const st::TensorDataset<st::Shape<1>, st::Shape<1>> dataset(
        xt::xtensor<float, 2>(xt::zeros<float>({100, 1})), xt::xtensor<float, 2>(xt::zeros<float>({100, 1})));
    const st::DataLoader loader{dataset, {.batch_size = 4}};
}
