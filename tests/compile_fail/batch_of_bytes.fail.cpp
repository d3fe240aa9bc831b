// error: dataset
// expect: strata: these are bytes where numbers belong, and nothing says whether 255 stands for 255 or for 1
// A network that was trained on numbers from 0 to 1 predicts nonsense for 0 to 255. The same holds for data sets.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>

namespace st = strata;

int main() {
    st::Model<st::Linear<4, 2>> model;
    const xt::xtensor<std::uint8_t, 2> image({1, 4}, 200);
    auto y = model(image);
}
