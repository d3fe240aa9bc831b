#include <strata/strata.hpp>

namespace st = strata;

int main() {
    st::Model<st::Sequential<st::Linear<4, 3>>> model;
    model.parameter<"0.weight">()(0, 0) = 1;
}
