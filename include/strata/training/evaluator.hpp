#pragma once
// The loss of a model that does not change, batch by batch, in evaluation mode.

#include <strata/models/predictor.hpp>
#include <strata/training/loss_head.hpp>

namespace strata {

/// `Evaluator evaluator{model, NLLLoss{}}; auto result = evaluator(x, y);`. It has its own activations, so
/// that the model may be const and shared by threads.
template <class Model, class LossType>
class Evaluator {
    using Device = typename Model::device_type;
    using T = typename Model::value_type;

public:
    explicit Evaluator(const Model& model, LossType loss = {}) : predictor_(model), loss_(std::move(loss)) {}
    explicit Evaluator(const Model&& model, LossType = {}) : predictor_(model) {
        constexpr bool the_model_has_a_name = detail::never<Model>;
        static_assert(the_model_has_a_name, "strata: an Evaluator keeps a reference to the model, and this "
                                            "model is a temporary; give it a name "
                                            "first (docs/errors.md#temporary-model)");
    }

    const LossType& loss() const { return loss_; }

    /// Throws ShapeError or ValueError for a wrong batch.
    template <class X, class Y>
    BatchResult operator()(const X& x, const Y& y) {
        const auto held = Device::template target_batch<T, typename Model::output_shape>(y);
        const auto target = detail::plain_view(held);
        using Head = detail::LossHead<Model, LossType, std::remove_const_t<decltype(target)>>;
        [[maybe_unused]] detail::RefuseUnlessLossFits<typename Head::Problem> refused_here;
        if constexpr (Head::fits) {
            const auto memory = predictor_.template pass<Head::end>(x);
            detail::check_batch(memory.batch, target.batch);
            return Head::template measure<typename Model::Inference>(
                loss_, predictor_.layers(), memory, target,
                BatchView<T, Device, shape_t<Model::Inference::template value_dims<Head::end>>>{});
        } else {
            return {};
        }
    }

private:
    Predictor<Model> predictor_;
    LossType loss_;
};

}  // namespace strata
