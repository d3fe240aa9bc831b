#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>
#include <strata/tools/summary.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<100>, st::ReLU, st::Linear<10>>;

int main() { return st::summary<Net, st::Shape<28, 28>>().rows.empty() ? 1 : 0; }
