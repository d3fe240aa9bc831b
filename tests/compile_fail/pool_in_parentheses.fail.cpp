// error: arguments
// expect: the sizes of a layer stand in angle brackets
// The same for pools.
#include <strata/layers/max_pool2d.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

int main() {
    const st::Sequential net{st::ReLU{}, st::MaxPool2d(2)};
    (void)net;
}
