// error: indices
// expect: the network looks this input up in a table \(Embedding\), so that it holds indices; write xt::cast<std::int64_t>\(x\)
// expect: batch_indices_error<(strata::)?is_given<float>>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/cross_entropy_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/fit.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<3>, st::Embedding<7, 2>, st::Flatten, st::Linear<2>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = {{1, 2, 3}, {4, 5, 6}};
    const xt::xtensor<std::int64_t, 1> y = {0, 1};
    const st::TensorDataset<st::Shape<3>, st::ClassIndex, float> dataset{x, y};
    st::fit(model, st::DataLoader{dataset, {.batch_size = 2}}, st::CrossEntropyLoss{}, st::SGD{.lr = 0.1});
}
