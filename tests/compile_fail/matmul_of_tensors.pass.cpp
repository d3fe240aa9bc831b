#include <strata/layers/functions/matmul.hpp>
#include <strata/xtensor.hpp>
#include <xtensor-blas/xlinalg.hpp>

namespace st = strata;

int main() {
    const xt::xtensor<float, 2> a = xt::zeros<float>({2, 3}), b = xt::zeros<float>({3, 4});
    const auto c = xt::linalg::dot(a, b);
    return static_cast<int>(c.shape(0));
}
