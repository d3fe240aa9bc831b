// error: indices
// expect: the network looks this input up in a table \(Embedding\), so that it holds indices; write xt::cast<std::int64_t>\(x\)
// expect: batch_indices_error<(strata::)?is_given<float>>
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<3>, st::Embedding<7, 2>, st::Flatten, st::Linear<2>>;

int main() {
    st::Model<Net> model;
    const xt::xtensor<float, 2> x = {{1, 2.7f, 3}};
    auto y = model(x);
}
