// error: functions
// expect: matmul takes the values in the forward of a module; tensors are multiplied by xt::linalg::dot
// Functions of values write the network down; for tensors there is xtensor.
#include <strata/layers/functions/matmul.hpp>
#include <strata/xtensor.hpp>
#include <xtensor-blas/xlinalg.hpp>

namespace st = strata;

int main() {
    const xt::xtensor<float, 2> a = xt::zeros<float>({2, 3}), b = xt::zeros<float>({3, 4});
    const auto c = st::matmul(a, b);
    return static_cast<int>(c.shape(0));
}
