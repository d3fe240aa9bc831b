#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<1, 3>>;

int main() {
    st::Model<Net> model;
    auto y = model(xt::xtensor<float, 2>{{0.5f}});
}
