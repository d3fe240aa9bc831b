#include <strata/strata.hpp>

namespace st = strata;

int main() {
    st::Model<st::Sequential<st::Linear<4, 3>>> model;
    st::Optimizer optimizer{model, st::Mixed{st::Muon{}, st::AdamW{}}};
    optimizer.get<st::Muon>().options().lr = 0.01;
}
