// error: batch-device
// expect: the batch lies on another device than the model
// expect: batch_device_error<(strata::)?is_given<(struct )?Accelerator>, (strata::)?but_the_model_takes<(strata::)?Cpu>>
// Nothing is copied from one device to another behind your back.
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
    auto y = model(st::BatchView<float, Accelerator, st::Shape<4>>{memory, 8});
}
