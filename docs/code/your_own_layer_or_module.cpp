// Quoted by docs/how_to/your_own_layer_or_module.md: a module, a layer and a loss that Strata does not have,
// and the check of their gradients.

#include <iostream>
#include <strata/strata.hpp>

namespace st = strata;

// [module]
/// y = x + scale * fc2(relu(fc1(x))), with a scale that is learnt for each feature.
template <int Features>
struct Block : st::Module<st::Named<"fc1", st::Linear<2 * Features>>, st::Named<"fc2", st::Linear<Features>>,
                          st::Parameter<"scale", st::Shape<Features>, st::Zeros>> {
    static constexpr auto forward(auto self, auto x) {
        return x + self["scale"] * self["fc2"](relu(self["fc1"](x)));
    }
};

using Net = st::Sequential<st::Input<8>, Block<8>, Block<8>, st::Linear<3>>;
// [module]

// [layer]
/// y = max(x, 0)^2     (D. So et al., Primer, 2021)
struct SquaredReLU {
    static constexpr st::LayerTraits traits = {.keeps = st::Keeps::input, .in_place = true};

    static constexpr st::ShapeOutcome output_shape(st::Dims given) { return st::accept(given); }

    struct Function {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x) const {
            using namespace st::math;
            const V positive = max(x, V(0));
            return positive * positive;
        }
    };
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace st::math;
            return V(2) * max(x, V(0)) * dy;
        }
    };

    static void forward(auto& device, auto x, auto y) { device.map(Function{}, y, x); }
    static void backward_input(auto& device, auto x, auto, auto dy, auto dx) {
        device.map(Gradient{}, dx, x, dy);
    }
};
// [layer]

// [function]
constexpr st::Value squared_relu(st::Value x) { return st::apply<SquaredReLU>(x); }
// [function]

// [wrong]
struct Wrong : SquaredReLU {
    struct Gradient {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& dy) const {
            using namespace st::math;
            return max(x, V(0)) * dy;  // the factor 2 is missing
        }
    };
    static void backward_input(auto& device, auto x, auto, auto dy, auto dx) {
        device.map(Gradient{}, dx, x, dy);
    }
};
// [wrong]

// [loss]
/// log cosh(prediction - target), the mean over all elements.
struct LogCosh : st::LossModule<LogCosh> {
    static constexpr auto forward(auto prediction, auto target) {
        const auto difference = prediction - target;
        return mean(difference + softplus(-2 * difference)) - 0.6931471805599453;
    }
};
// [loss]

int main() {
    // [use]
    st::Model<Net> model;
    st::Trainer trainer{model, LogCosh{}, st::Adam{.lr = 1e-2}};
    const xt::xtensor<float, 2> x = st::randn(64, 8), y = st::randn(64, 3);
    for (int step = 0; step < 5; ++step) std::cout << trainer.step(x, y).loss << "\n";
    std::cout << "scale[0] = " << model.parameter<"0.scale">()(0) << "\n";
    // [use]

    // [check]
    bool all = true;
    for (const st::GradientCheck& check :
         {st::check_gradients<st::Shape<5>>(SquaredReLU{}),  // a layer
          st::check_gradients<st::Shape<8>>(Block<8>{}),     // a module
          st::check_gradients(Net{}, {.batch = 2}),          // a network that states its input
          st::check_gradients<st::Shape<3>>(LogCosh{})}) {   // a loss
        std::cout << check;
        all = all && check.ok();
    }
    // [check]

    // [check wrong]
    const st::GradientCheck wrong = st::check_gradients<st::Shape<5>>(Wrong{});
    std::cout << wrong;
    // [check wrong]
    return all && !wrong.ok() ? 0 : 1;
}
