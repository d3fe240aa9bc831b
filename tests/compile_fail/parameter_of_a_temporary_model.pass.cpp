#include <strata/backends/cpu/cpu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/models/model.hpp>

namespace st = strata;

int main() {
    st::Model<st::Linear<4, 2>> model;
    auto weight = model.parameter<"weight">();
    (void)weight;
}
