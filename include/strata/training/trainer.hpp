#pragma once
// One training step as one call: forward, loss, backward and update, with the network's last layer and the
// loss in one kernel where a rule says so. After the first step of the largest batch nothing is allocated.

#include <strata/optimizers/optimizer.hpp>
#include <strata/training/loss_head.hpp>

namespace strata {

namespace detail {

/// Not std::isfinite, which -ffast-math takes for always true.
inline bool is_finite(double value) {
    return (__builtin_bit_cast(std::uint64_t, value) >> 52 & 0x7ff) != 0x7ff;
}

[[noreturn, gnu::cold]] inline void refuse_loss(double value, long long step) {
    throw NumericError("strata: the loss is " + std::string(value != value ? "nan" : "infinite") +
                       " in step " + std::to_string(step) +
                       "; parameters are as they were before it. A smaller learning rate often helps; inputs "
                       "and targets must "
                       "be finite");
}

}  // namespace detail

/// `Trainer trainer{model, NLLLoss{}, Adam{.lr = 1e-2}}`, then `trainer.step(x, y)` for each batch. It keeps
/// a reference to the model, which has to outlive it.
template <class Model, class LossType, class Algorithm>
class Trainer {
    using Device = typename Model::device_type;
    using T = typename Model::value_type;

public:
    explicit Trainer(Model& model, LossType loss = {}, Algorithm algorithm = {})
        : model_(&model), loss_(std::move(loss)), optimizer_(model, std::move(algorithm)) {}

    Optimizer<Model, Algorithm>& optimizer() { return optimizer_; }
    const LossType& loss() const { return loss_; }

    /// One step on a batch (in training mode: Dropout drops). x and y are what a DataLoader yields, or
    /// xtensor containers. Throws ShapeError or ValueError for a wrong batch, NumericError for a loss that is
    /// not finite; the parameters are then as they were.
    template <class X, class Y>
    BatchResult step(const X& x, const Y& y) {
        const auto held = Device::template target_batch<T, typename Model::output_shape>(y);
        const auto target = detail::plain_view(held);
        using Head = detail::LossHead<Model, LossType, std::remove_const_t<decltype(target)>>;
        using Run = typename Model::Training;
        if constexpr (Head::fits) {
            const auto input = Model::view_of_input(x, model_->staging_);
            detail::check_batch(input.batch, target.batch);
            const auto memory = model_->prepare(input);
            Run::template forward<Head::end>(memory, model_->layers_);
            const BatchResult result = Head::template measure<Run>(loss_, model_->layers_, memory, target,
                                                                   Run::template gradient<Head::end>(memory));
            if (!detail::is_finite(result.loss)) detail::refuse_loss(result.loss, optimizer_.steps() + 1);
            model_->trained_input_ = input;
            optimizer_.zero_grad();
            model_->template run_backward<Head::end>();
            optimizer_.step();
            return result;
        } else {
            return {};
        }
    }

private:
    Model* model_;
    LossType loss_;
    Optimizer<Model, Algorithm> optimizer_;
};

}  // namespace strata
