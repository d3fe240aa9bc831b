#include <strata/backends/cpu/cpu.hpp>
#include <strata/data/data_loader.hpp>
#include <strata/data/random_split.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/training/fit.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    const xt::xtensor<float, 2> x = xt::zeros<float>({8, 4}), y = xt::zeros<float>({8, 3});
    const st::TensorDataset<st::Shape<4>, st::Shape<3>> dataset(x, y);
    const st::Model<Net> model;
    const st::DataLoader all{dataset};
    const auto parts = st::random_split(dataset, {0.8, 0.2});
}
