#include <strata/backends/cpu/cpu.hpp>
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/fit.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Flatten, st::Linear<64>, st::ReLU, st::Linear<10>>;

int main() {
    st::Model<Net> model;
    const st::TensorDataset<st::Shape<1, 28, 28>> dataset(
        xt::xtensor<float, 4>(xt::zeros<float>({8, 1, 28, 28})),
        xt::xtensor<std::int64_t, 1>(xt::zeros<std::int64_t>({8})));
    st::fit(model, st::DataLoader{dataset, {.batch_size = 4}}, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1});
}
