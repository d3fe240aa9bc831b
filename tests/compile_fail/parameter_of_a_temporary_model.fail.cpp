// error: temporary-model
// expect: strata: this shows the model's memory, and the model is a temporary, which is gone at the end of the statement; give it a name first
// A parameter is a reference into the model, which has to live.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>

namespace st = strata;

int main() {
    auto weight = st::Model<st::Linear<4, 2>>{}.parameter<"weight">();
    (void)weight;
}
