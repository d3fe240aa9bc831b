#include <cstdint>
#include <strata/backends/cuda/cuda.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/to.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>, st::LogSoftmax>;

int main() {
    st::Model<Net, st::Cuda> model;
    st::HostTensor<float> x({8, 4});
    st::HostTensor<std::int64_t> y({8});
    auto loss = st::NLLLoss{}(model(st::to<st::Cuda>(x)), st::to<st::Cuda>(y));
}
