#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

int main() {
    const st::Sequential net{st::Linear<784, 10>{}, st::ReLU{}};
    (void)net;
}
