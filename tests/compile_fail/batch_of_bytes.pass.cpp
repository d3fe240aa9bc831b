#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>

namespace st = strata;

int main() {
    st::Model<st::Linear<4, 2>> model;
    const xt::xtensor<std::uint8_t, 2> image({1, 4}, 200);
    auto y = model(xt::cast<float>(image) / 255);
}
