// error: dataset
// expect: the parts of random_split refer to the dataset
// The parts hold the indices of their samples, and a reference to the data set.
#include <strata/data/data_loader.hpp>
#include <strata/data/random_split.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

inline auto make() {
    return st::TensorDataset<st::Shape<1>, st::Shape<1>>(xt::xtensor<float, 2>(xt::zeros<float>({100, 1})),
                                                         xt::xtensor<float, 2>(xt::zeros<float>({100, 1})));
}

int main() { auto [train, test] = st::random_split(make(), {80, 20}); }
