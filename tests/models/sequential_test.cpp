// Sequential: nesting changes names and nothing else.

#include "catch.hpp"
#include "laws/laws.hpp"

#include <algorithm>
#include <strata/layers/dropout.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/gelu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>
#include <string>
#include <vector>

using namespace strata;

namespace {

using Flat = Sequential<Linear<12, 20>, ReLU, Linear<20>, GELU, Dropout, Linear<20, 5>, LogSoftmax>;
using Nested = Sequential<Linear<12, 20>, Sequential<ReLU, Linear<20>, Sequential<GELU, Dropout>>,
                          Sequential<Linear<20, 5>>, LogSoftmax>;

template <class M>
std::vector<std::string> names() {
    std::vector<std::string> result;
    for (const ParameterInfo& row : M::parameter_table()) result.emplace_back(row.name.text);
    return result;
}

template <class M>
std::vector<float> step(M& model, const std::vector<float>& x) {
    manual_seed(9);
    test::Memory<float> batch(x);
    const auto y = model(BatchView<const float, test::Device, Shape<12>>{batch.device(), x.size() / 12});
    const auto gradient = y.gradient_view();
    std::vector<float> values(gradient.size());
    for (Size i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i % 3) - 1;
    test::write(gradient.data, values);
    const auto output = test::host(y);
    std::vector<float> result(output.begin(), output.end());
    model.backward(y.loss());
    const auto gradients = test::gradients(model);
    result.insert(result.end(), gradients.begin(), gradients.end());
    return result;
}

}  // namespace

static_assert(test::Model<Flat>::parameter_count == 12 * 20 + 20 + 20 * 20 + 20 + 20 * 5 + 5);
static_assert(test::Model<Nested>::parameter_count == test::Model<Flat>::parameter_count);
static_assert(test::Model<Nested>::multiply_adds == test::Model<Flat>::multiply_adds);
static_assert(test::Model<Nested>::training_bytes(32) == test::Model<Flat>::training_bytes(32));
static_assert(std::is_same_v<Sequential<ReLU, Flatten>::children, strata::detail::TypeList<ReLU, Flatten>>);

TEST_CASE("parameters are named as in torch.nn.Sequential") {
    CHECK(names<test::Model<Flat>>() ==
          std::vector<std::string>{"0.weight", "0.bias", "2.weight", "2.bias", "5.weight", "5.bias"});
    CHECK(names<test::Model<Nested>>() ==
          std::vector<std::string>{"0.weight", "0.bias", "1.1.weight", "1.1.bias", "2.0.weight", "2.0.bias"});
    const auto flat = test::Model<Flat>::parameter_table();
    const auto nested = test::Model<Nested>::parameter_table();
    for (Size i = 0; i < flat.size(); ++i) {
        CHECK(flat[i].offset == nested[i].offset);
        CHECK(flat[i].dims == nested[i].dims);
        CHECK(flat[i].layer == nested[i].layer);
    }
    laws::each_parameter_is_visited_once(test::Model<Nested>());
}

TEST_CASE("nested and flat give the same bits: initial values, output, gradients") {
    manual_seed(1);
    test::Model<Flat> flat;
    manual_seed(1);
    test::Model<Nested> nested;
    CHECK(laws::same_bits(test::parameters(flat), test::parameters(nested)));

    const std::vector<float> x = laws::some_numbers<float>(12 * 7);
    CHECK(laws::same_bits(step(flat, x), step(nested, x)));
    flat.eval();
    nested.eval();
    CHECK(laws::same_bits(laws::outputs(flat, x), laws::outputs(nested, x)));
}

TEST_CASE("layers with options keep them, at any depth") {
    const Sequential deep(Linear<4, 6>{}, Sequential(ReLU{}, Dropout{.p = 1}));
    STATIC_REQUIRE(std::is_same_v<std::remove_const_t<decltype(deep)>,
                                  Sequential<Linear<4, 6>, Sequential<ReLU, Dropout>>>);
    CHECK(deep.child<1>().child<1>().p == 1);
    test::Model<std::remove_const_t<decltype(deep)>> model(deep);
    const std::vector<float> y = laws::outputs(model, std::vector<float>(8, 1.0f));
    CHECK(y == std::vector<float>(12, 0.0f));
}

TEST_CASE("a parameter is read and written by its name") {
    test::Model<Nested> model;
    auto weight = model.parameter<"1.1.weight">();
    CHECK(weight.shape()[0] == 20);
    CHECK(weight.shape()[1] == 20);
    std::vector<float> values(20 * 20);
    values[3 * 20 + 4] = 7;
    test::assign(weight, values);
    CHECK(test::host(weight)(3, 4) == 7);
    CHECK(test::parameters(model)[test::Model<Nested>::parameter_table()[2].offset + 3 * 20 + 4] == 7);
    CHECK(test::host(model.gradient<"2.0.bias">())(2) == 0);
}

TEST_CASE("gradients add up until zero_grad") {
    manual_seed(2);
    test::Model<Flat> model;
    const std::vector<float> x = laws::some_numbers<float>(12 * 4);
    const std::vector<float> once = step(model, x);
    const std::vector<float> twice = step(model, x);
    model.zero_grad();
    const std::vector<float> again = step(model, x);
    CHECK(laws::same_bits(once, again));
    for (Size i = 4 * 5; i < once.size(); ++i) CHECK(twice[i] == Approx(2 * once[i]).margin(1e-6));
}

TEST_CASE("Sequential: laws") {
    laws::hold<Shape<6>>(Sequential<Linear<6, 8>, Sequential<ReLU, Linear<8, 2>>>{});
}
