#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<4, 3>>;

struct Accelerator {};

int main() {
    st::Model<Net> model;
    float memory[8 * 4] = {};
    auto y = model(st::BatchView<float, st::Cpu, st::Shape<4>>{memory, 8});
}
