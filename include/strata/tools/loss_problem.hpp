#pragma once
// A loss whose gradient is checked: its value for a batch of predictions.

#include <strata/core/operations/class_extent.hpp>
#include <strata/losses/loss.hpp>
#include <strata/tools/network_problem.hpp>

namespace strata::detail {

/// Whether there is no reason against it. (A comparison with nullptr is no constant where a sanitizer doubts
/// it.)
template <Reason why>
inline constexpr bool is_fine = false;
template <>
inline constexpr bool is_fine<nullptr> = true;

template <class L, class Device, class Shape, class TargetShape>
class LossProblem : public GradientProblem {
    template <class U>
    using Buffer = typename Device::template Buffer<U>;
    using Prediction = BatchView<const double, Device, Shape>;
    using ClassShape = shape_t<without_classes(Shape::dims)>;
    using Classes = BatchView<const std::int64_t, Device, ClassShape>;
    using Numbers = BatchView<const double, Device, TargetShape>;

    static constexpr bool takes_classes = is_fine<L::template refuses_target<Prediction, Classes>()>;
    static constexpr bool takes_numbers = is_fine<L::template refuses_target<Prediction, Numbers>()>;
    using Problem = std::conditional_t<
        takes_classes || takes_numbers, no_loss_error,
        loss_error<the_loss<L>, does_not_fit_because<L::template refuses_target<Prediction, Numbers>()>,
                   the_target_holds<double, TargetShape>>>;
    [[maybe_unused]] RefuseUnlessLossFits<Problem> refused_here;
    using Target = std::conditional_t<takes_classes, Classes, Numbers>;
    using U = std::remove_const_t<typename Target::value_type>;

public:
    std::vector<double> prediction, gradient;

    LossProblem(const L& loss, const GradientCheckOptions& options)
        : prediction(options.batch * Shape::dims.elements()), gradient(prediction.size()), loss_(loss),
          batch_(options.batch) {
        y.resize(1);
        dy = {1};
        Generator generator(options.seed);
        take_or_draw("input", options.input, prediction, [&] { return draw_prediction(generator); });
        std::vector<double> targets(batch_ * Target::dims.elements());
        take_or_draw("target", options.target, targets, [&] {
            return takes_classes ? std::floor(random_detail::uniform_01<double>(generator) *
                                              static_cast<double>(class_count))
                                 : 0.05 + 0.9 * random_detail::uniform_01<double>(generator);
        });
        std::vector<U> converted(targets.size());
        for (Size i = 0; i < targets.size(); ++i) converted[i] = static_cast<U>(targets[i]);
        target_.resize(targets.size());
        target_.copy_from(converted.data());
        prediction_.resize(prediction.size());
        gradient_.resize(prediction.size());
        report_.resize(1);
    }

    void forward() override { evaluate(nullptr); }
    void backward() {
        gradient_.copy_from(std::vector<double>(gradient.size(), __builtin_nan("")).data());
        evaluate(gradient_.data());
        gradient_.copy_to(gradient.data());
    }

private:
    static constexpr Size class_count = Shape::dims.rank == 0 ? 1 : Shape::dims.extent[0];

    /// Of a kind that the loss takes.
    static double draw_prediction(Generator& generator) {
        constexpr bool takes_anything = is_fine<refusal_of_output<L>(OutputKind::any)>;
        constexpr bool takes_probabilities = is_fine<refusal_of_output<L>(OutputKind::unit_interval)>;
        if (takes_anything) return draw_away_from_zero(generator);
        const double probability = 0.05 + 0.9 * random_detail::uniform_01<double>(generator);
        return takes_probabilities ? probability : std::log(probability);
    }
    void evaluate(double* gradient_or_null) {
        prediction_.copy_from(prediction.data());
        device_.begin_step();
        [[maybe_unused]] const typename Device::PassScope scope;
        evaluate_with(loss_, device_, Prediction{prediction_.data(), batch_}, Target{target_.data(), batch_},
                      BatchView<double, Device, Shape>{gradient_or_null, batch_}, report_.data(), workspace_);
        LossReport report;
        report_.copy_to(&report);
        check_report(report);
        y[0] = report.value;
    }

    const L& loss_;
    Device device_{};
    Size batch_;
    Buffer<double> prediction_, gradient_, workspace_;
    Buffer<U> target_;
    Buffer<LossReport> report_;
};

template <class Problem>
void check_loss(Problem& problem, const Dims& dims, const GradientCheckOptions& options,
                GradientCheck& result) {
    CheckedTensor& tensor = result.tensors.emplace_back();
    tensor.name = "prediction";
    tensor.extents = extents_of(dims);
    tensor.extents.insert(tensor.extents.begin(), options.batch);
    problem.backward();
    const double with_gradient = problem.y[0];
    problem.forward();
    if (relative_error(with_gradient, problem.y[0]) > 1e-9) {
        result.problem =
            message("the loss is ", with_gradient, " with its gradient, and ", problem.y[0], " without");
        return;
    }
    const std::vector<double> gradient = problem.gradient;
    compare_with_differences(problem, problem.prediction.data(), gradient.data(), options, tensor);
}

}  // namespace strata::detail
