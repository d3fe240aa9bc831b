// error: arguments
// expect: the sizes of a layer stand in angle brackets
// expect: Linear<784, 10>
// Sizes decide shapes, and what decides a shape is known to the compiler.
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

int main() {
    const st::Sequential net{st::Linear(784, 10), st::ReLU{}};
    (void)net;
}
