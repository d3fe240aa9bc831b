// Quoted by docs/reference/losses.md and optimizers.md: a loss and an optimizer that Strata does not have.

#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

// [loss]
/// q (y - x) where y > x, (1 - q) (x - y) elsewhere; the mean over all elements. Its minimum is the
/// q-quantile.
struct PinballLoss {
    double quantile = 0.5;

    /// Null, or a function whose name says what is wrong; compilers print it.
    template <class Prediction, class Target>
    static constexpr st::Reason refuses_target() {
        using P = std::remove_const_t<typename Prediction::value_type>;
        using T = std::remove_const_t<typename Target::value_type>;
        if (Prediction::dims != Target::dims || !std::is_same_v<P, T>)
            return &st::the_target_must_have_the_shape_and_type_of_the_prediction;
        return nullptr;
    }

    /// Written for packs of numbers: V is a float, or as many as the processor has lanes. STRATA_HOST_DEVICE
    /// lets it run on a GPU too.
    struct Value {
        double q;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& y) const {
            using namespace st::math;
            return max(V(q) * (y - x), V(1 - q) * (x - y));
        }
    };
    struct ValueAndGradient {
        double q, scale;
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& x, const V& y, V& dx) const {
            using namespace st::math;
            dx = select(x < y, V(-q * scale), V((1 - q) * scale));
            return Value{q}(x, y);
        }
    };

    void evaluate(auto& device, auto prediction, auto target, auto gradient, st::LossReport* report) const {
        const double count = static_cast<double>(prediction.size());
        const auto *x = prediction.data, *y = target.data;
        if (gradient.data == nullptr)
            device.sum(report, count, prediction.size(), Value{quantile}, x, y);  // the sum / count
        else
            device.sum(report, count, prediction.size(), ValueAndGradient{quantile, 1 / count}, x, y,
                       gradient.data);
    }
    auto operator()(const auto& prediction, const auto& target) const {
        return st::evaluate_loss(*this, prediction, target);
    }
};
// [loss]

// [optimizer]
/// p -= lr sign(m),  m = b m + (1 - b) g     (J. Bernstein et al., Signum, 2018)
struct Signum {
    double lr = 1e-4;
    double momentum = 0.9;

    void validate() const { st::check_option(lr >= 0, "Signum", "lr", lr, "at least 0"); }
    st::StatesInUse states() const { return {true}; }  // one buffer: m

    struct Rule {
        double lr, momentum;
        template <class V>
        STRATA_HOST_DEVICE void operator()(V& p, const V& g, V& m) const {
            using namespace st::math;
            m = V(momentum) * m + V(1 - momentum) * g;
            p -= V(lr) * select(m > V(0), V(1), select(m < V(0), V(-1), V(0)));
        }
    };
    /// Once per step, where the device keeps its memory: `clock.count` is 1 in the first one.
    template <class T>
    STRATA_HOST_DEVICE Rule rule(st::OptimizerClock&) const {
        return {lr, momentum};
    }
    template <class T>
    void update(auto& device, const st::OptimizerStep<T>& at) const {
        device.update(*this, at, at.state[0]);  // the rule, for every parameter with its gradient and state
    }
};
// [optimizer]

int main() {
    st::manual_seed(42);
    using Net = st::Sequential<st::Linear<1, 1>>;
    st::Model<Net> model;
    const auto x = st::rand(1000, 1);
    const xt::xtensor<float, 2> y = x + st::rand(1000, 1);  // the 90 % quantile is x + 0.9

    st::Trainer trainer{model, PinballLoss{.quantile = 0.9}, Signum{.lr = 1e-3}};
    double loss = 0;
    for (int step = 0; step < 3000; ++step) loss = trainer.step(x, y).loss;
    const float weight = model.parameter<"0.weight">()(0, 0), bias = model.parameter<"0.bias">()(0);
    std::printf("y = %.2f x + %.2f, loss %.4f\n", weight, bias, loss);

    const double value = PinballLoss{}(x, y);  // without a model
    std::printf("%.4f\n", value);
    return std::fabs(weight - 1) < 0.1f && std::fabs(bias - 0.9f) < 0.1f ? 0 : 1;
}
