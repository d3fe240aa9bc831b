// error: batch-shape
// expect: batch_shape_error<(strata::)?is_given<(strata::)?Shape<1, 3, 4>>, (strata::)?but_the_model_takes<(strata::)?Shape<12>>, (strata::)?let_the_network_begin_with_Flatten>
// A network of linear layers, and a loader of images.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>
#include <strata/training/fit.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<12, 3>, st::LogSoftmax>;

int main() {
    st::Model<Net> model;
    const st::TensorDataset<st::Shape<1, 3, 4>> dataset(
        xt::xtensor<float, 4>(xt::zeros<float>({8, 1, 3, 4})),
        xt::xtensor<std::int64_t, 1>(xt::zeros<std::int64_t>({8})));
    const st::DataLoader loader{dataset, {.batch_size = 4}};
    st::fit(model, loader, st::NLLLoss{}, st::Adam{});
}
