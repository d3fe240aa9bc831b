// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?MSELoss>
// expect: it_predicts_for_several_positions_of_a_sample_so_put_Flatten_before_the_first_Linear_or_take_a_mean
// expect: the_network_gives<(strata::)?Shape<1, 28, 10>>
// The target has one row for each sample, and the prediction one for each row of each image.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/sgd.hpp>
#include <strata/training/fit.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<1, 28, 28>, st::Linear<64>, st::ReLU, st::Linear<10>>;

int main() {
    st::Model<Net> model;
    const st::TensorDataset<st::Shape<1, 28, 28>, st::Shape<10>> dataset(
        xt::xtensor<float, 4>(xt::zeros<float>({8, 1, 28, 28})),
        xt::xtensor<float, 2>(xt::zeros<float>({8, 10})));
    st::fit(model, st::DataLoader{dataset, {.batch_size = 4}}, st::MSELoss{}, st::SGD{.lr = 0.1});
}
