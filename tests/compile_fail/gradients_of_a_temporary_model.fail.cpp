// error: temporary-model
// expect: strata: this shows the model's memory, and the model is a temporary
// The flat buffers are the model's own memory. (A range-based for does not prolong the life of a temporary inside.)
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>

namespace st = strata;

int main() {
    for (float& gradient : st::Model<st::Linear<4, 2>>{}.flat_gradients()) gradient = 0;
}
