// Labels: robust
// A tensor in host memory: its elements and its shape, also those of a temporary, are safe to hold.

#include "catch.hpp"

#include <strata/core/host_tensor.hpp>
#include <vector>

using namespace strata;

namespace {

HostTensor<float> numbers() {
    HostTensor<float> tensor({2, 3});
    for (Size i = 0; i < tensor.size(); ++i) tensor.data()[i] = static_cast<float>(i);
    return tensor;
}

}  // namespace

TEST_CASE("elements by their indices") {
    HostTensor<float> tensor = numbers();
    CHECK(tensor(1, 2) == 5);
    tensor(1, 2) = 7;
    CHECK(std::as_const(tensor)(1, 2) == 7);
    CHECK(&tensor(0, 1) == tensor.data() + 1);
    CHECK_THROWS_AS(tensor(2, 0), ShapeError);
    CHECK_THROWS_AS(tensor(0), ShapeError);
}

TEST_CASE("what a temporary gives outlives it") {
    const std::vector<Size>& shape = numbers().shape();
    const float& element = numbers()(1, 1);
    CHECK(shape == std::vector<Size>{2, 3});
    CHECK(element == 4);
    float sum = 0;
    for (const float number : numbers()) sum += number;
    CHECK(sum == 15);
}
