#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

int main() {
    const st::TensorDataset<st::Shape<4>, st::Shape<1>> dataset(
        xt::xtensor<float, 2>(xt::zeros<float>({8, 4})), xt::xtensor<float, 2>(xt::zeros<float>({8, 1})));
}
