// error: batch-device
// expect: the model lives on Cuda and this target on the host; write strata::to<Cuda>\(y\)
// only: nvcc (the header needs CUDA)
#include <strata/backends/cuda/cuda.hpp>
#include <strata/layers/linear.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>
#include <strata/models/to.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

int main() {
    st::Model<Net, st::Cuda> model;
    st::HostTensor<float> x({8, 4});
    st::HostTensor<float> y({8, 3});
    auto loss = st::MSELoss{}(model(st::to<st::Cuda>(x)), y);
}
