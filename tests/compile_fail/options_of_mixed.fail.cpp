// error: optimizer
// expect: the_options_are_those_of_one_algorithm
// Two algorithms have two sets of options.
#include <strata/strata.hpp>

namespace st = strata;

int main() {
    st::Model<st::Sequential<st::Linear<4, 3>>> model;
    st::Optimizer optimizer{model, st::Mixed{st::Muon{}, st::AdamW{}}};
    optimizer.options().lr = 0.01;
}
