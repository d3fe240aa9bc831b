#include <strata/data/data_loader.hpp>
#include <strata/data/random_split.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

inline auto make() {
    return st::TensorDataset<st::Shape<1>, st::Shape<1>>(xt::xtensor<float, 2>(xt::zeros<float>({100, 1})),
                                                         xt::xtensor<float, 2>(xt::zeros<float>({100, 1})));
}

int main() {
    auto dataset = make();
    auto [train, test] = st::random_split(dataset, {80, 20});
}
