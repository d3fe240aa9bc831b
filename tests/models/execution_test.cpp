// The elements that a layer's backward pass can read: what its traits keep, and no more than the shape of the rest.
// (tests/compile_fail/keeps_*.cpp: reading the rest does not compile.)

#include "catch.hpp"
#include "device.hpp"

#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/sequential.hpp>
#include <strata/tools/check_gradients.hpp>

using namespace strata;

namespace execution_test {

using test::Device;

template <class T, class D, class S>
constexpr bool is_shape_only(BatchView<T, D, S>) {
    return false;
}
template <class T, class D, class S, class Problem>
constexpr bool is_shape_only(BatchShape<T, D, S, Problem> shape) {
    using View = decltype(shape);
    static_assert(View::dims == S::dims && View::columns == S::dims.last());
    static_assert(std::is_same_v<typename View::value_type, T>);
    return shape.size() == shape.batch * S::dims.elements() &&
           shape.rows() * S::dims.last() == shape.size() &&
           shape.template as<Shape<S::dims.elements()>>().batch == shape.batch;
}

/// What a backward pass of a layer that keeps `what` is given. Nobody writes into it.
template <Keeps what, class X, class Y, class DY>
void check_operands(X x, Y y, DY) {
    CHECK(is_shape_only(x) == !includes(what, Keeps::input));
    CHECK(is_shape_only(y) == !includes(what, Keeps::output));
    static_assert(std::is_const_v<typename X::value_type> && std::is_const_v<typename Y::value_type>);
    static_assert(std::is_const_v<typename DY::value_type>);
}

struct Product {
    template <class V>
    STRATA_HOST_DEVICE V operator()(const V& a, const V& b) const {
        return a * b;
    }
};

/// y = x^3
struct Cube {
    static constexpr LayerTraits traits = {.keeps = Keeps::input, .in_place = true};
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            return x * x * x;
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            return V(3) * x * x * dy;
        }
    };
    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto x, auto y, auto dy, auto dx) {
        check_operands<Keeps::input>(x, y, dy);
        device.map(Gradient{}, dx, x, dy);
    }
};

/// A Linear with other traits; where it does not keep x, its weight does not learn.
template <Keeps what>
struct Keeping : Linear<3, 3> {
    static constexpr LayerTraits traits = {.keeps = what};
    static void backward_input(auto& device, auto x, auto y, auto dy, auto dx, auto weight, auto bias) {
        check_operands<what>(x, y, dy);
        Linear<3, 3>::backward_input(device, x, y, dy, dx, weight, bias);
    }
    static void backward_parameters(auto& device, auto x, auto y, auto dy, auto dweight, auto dbias) {
        check_operands<what>(x, y, dy);
        if constexpr (includes(what, Keeps::input))
            Linear<3, 3>::backward_parameters(device, x, y, dy, dweight, dbias);
        else
            device.sum_rows(dy, dbias);
    }
};
template <Keeps what>
struct Together : Keeping<what> {
    static constexpr bool gradients_together = true;
    template <class X>  // because nvcc 13 breaks down at the tenth `auto`
    static void backward(auto& device, X x, auto y, auto dy, auto dx, auto weight, auto bias, auto dweight,
                         auto dbias) {
        Keeping<what>::backward_parameters(device, x, y, dy, dweight, dbias);
        if (dx.data != nullptr) Keeping<what>::backward_input(device, x, y, dy, dx, weight, bias);
    }
};

/// a b, of two batches of one shape; without a gradient where it does not keep them.
template <Keeps what>
struct Multiply {
    static constexpr LayerTraits traits = {.keeps = what};
    static constexpr JoinOutcome join(const Operand* given, Size) { return {given[0], nullptr, {}}; }
    static void forward(auto& device, auto y, auto a, auto b) { device.map(Product{}, y, a, b); }
    template <Size K>
    static void backward_operand(auto& device, auto y, auto dy, auto dx, auto a, auto b) {
        check_operands<what>(a, y, dy);
        check_operands<what>(b, y, dy);
        if constexpr (!includes(what, Keeps::input))
            device.copy(dy.data, dx.data, dx.size());
        else if constexpr (K == 0)
            device.map(Product{}, dx, dy, b);
        else
            device.map(Product{}, dx, dy, a);
    }
};
template <Keeps what>
struct Joined : Module<Named<"fc1", Linear<3, 3>>, Named<"fc2", Linear<3, 3>>> {
    static constexpr auto forward(auto self, auto x) {
        return strata::apply<Multiply<what>>(self["fc1"](x), self["fc2"](x));
    }
};

/// A Linear with a weight that learns from its output, too: dL/dW + yᵀ x.
struct Penalized : Linear<3, 2> {
    static constexpr LayerTraits traits = {.keeps = Keeps::both, .affine = true};
    static void backward_parameters(auto& device, auto x, auto y, auto dy, auto dweight, auto dbias) {
        Linear<3, 2>::backward_parameters(device, x, y, dy, dweight, dbias);
        dweight.accumulate = true;
        device.outer_product(y, x, dweight);
    }
};
/// A ReLU that no device computes together with the product in front of it.
struct LoneReLU {
    static constexpr LayerTraits traits = ReLU::traits;
    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static void forward(auto& device, auto x, auto y) { ReLU::forward(device, x, y); }
    static void backward_input(auto& device, auto x, auto y, auto dy, auto dx) {
        ReLU::backward_input(device, x, y, dy, dx);
    }
};

template <class Net>
auto gradients_of() {
    manual_seed(3);
    test::Model<Net> model;
    const xt::xtensor<float, 2> x = {{1, -2, 3}, {0.5f, 1, -1}, {2, 0, 1}};
    const xt::xtensor<float, 2> y =
        0.25f * xt::ones<float>({Size(3), Size(test::Model<Net>::output_shape::dims.last())});
    const auto& input = test::to(x);
    const auto& target = test::to(y);
    model.backward(MSELoss{}(model(input), target));
    return test::gradients(model);
}

}  // namespace execution_test

using namespace execution_test;

TEST_CASE("A layer that keeps its input finds it") {
    using Net = Sequential<Linear<2, 2>, Cube>;
    test::Model<Net> model;
    test::assign(model.parameter<"0.weight">(), {1, 2, -1, 0.5f});
    test::assign(model.parameter<"0.bias">(), {0, 1});
    const xt::xtensor<float, 2> x = {{1, 1}}, y = {{26, 0}};
    const auto& input = test::to(x);
    const auto& target = test::to(y);
    // h = (3, 0.5), y = h^3 = (27, 0.125), dL/dy = y - target = (1, 0.125), dL/dh = 3 h^2 dL/dy
    model.backward(MSELoss{}(model(input), target));
    const auto weight = test::host(model.gradient<"0.weight">());
    CHECK(weight(0, 0) == Approx(27));
    CHECK(weight(0, 1) == Approx(27));
    CHECK(weight(1, 0) == Approx(0.09375));
    CHECK(test::host(model.gradient<"0.bias">())(1) == Approx(0.09375));
    CHECK(check_gradients<Device>(Net{}));
}

TEST_CASE("A backward pass is given what the traits keep, and shapes") {
    gradients_of<Sequential<Linear<3, 3>, Keeping<Keeps::nothing>>>();
    gradients_of<Sequential<Linear<3, 3>, Keeping<Keeps::input>>>();
    gradients_of<Sequential<Linear<3, 3>, Keeping<Keeps::output>>>();
    gradients_of<Sequential<Linear<3, 3>, Keeping<Keeps::both>>>();
    CHECK(check_gradients<Device>(Keeping<Keeps::input>{}));
    CHECK(check_gradients<Device>(Keeping<Keeps::both>{}));

    gradients_of<Sequential<Linear<3, 3>, Together<Keeps::nothing>>>();
    gradients_of<Sequential<Linear<3, 3>, Together<Keeps::output>>>();
    CHECK(check_gradients<Device>(Together<Keeps::input>{}));

    gradients_of<Joined<Keeps::nothing>>();
    gradients_of<Joined<Keeps::output>>();
    CHECK(check_gradients<Device>(Joined<Keeps::input>{}));
    CHECK(check_gradients<Device>(Joined<Keeps::both>{}));
}

TEST_CASE("An affine layer that keeps its output has one, whatever is behind it") {
    const auto together = gradients_of<Sequential<Penalized, ReLU>>();
    const auto one_by_one = gradients_of<Sequential<Penalized, LoneReLU>>();
    REQUIRE(together.size() == one_by_one.size());
    for (Size i = 0; i < together.size(); ++i) CHECK(together[i] == Approx(one_by_one[i]));
    CHECK(gradients_of<Sequential<Linear<3, 2>, ReLU>>()[0] != Approx(together[0]));
}
