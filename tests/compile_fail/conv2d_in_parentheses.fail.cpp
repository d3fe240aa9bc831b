// error: arguments
// expect: the sizes of a layer stand in angle brackets
// The same for convolutions.
#include <strata/layers/conv2d.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

int main() {
    const st::Sequential net{st::Conv2d(1, 32, 3), st::ReLU{}};
    (void)net;
}
