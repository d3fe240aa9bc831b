#pragma once
// The memory that the passes of a model work on: activations, the inputs that the backward pass reads again, and what a
// loss reports and writes. Predictions and losses hold it too, so that it outlives the model for them.

#include <strata/core/error.hpp>
#include <strata/core/operations/loss_report.hpp>
#include <strata/core/shared.hpp>
#include <strata/models/execution/inputs.hpp>

namespace strata::detail {

/// What a model has counted: a loss belongs to its last pass and its last gradient, or has none.
struct PassCounter : Counted {
    Size passes = 0;
    Size differentiated = 0;            ///< the pass whose backward pass was the last
    Size gradients[max_operands] = {};  ///< of each output
    Size losses[max_operands] = {};
    Size assigned = 0;             ///< how often the parameters became those of another model
    Size changes = 0;              ///< how often they were changed as a whole
    Size changes_before_pass = 0;  ///< the last
    const void* holder = nullptr;  ///< the HeldPasses of the model; null: it is gone
};

/// The elements of one prediction.
template <class Device, class T>
struct PredictionMemory : Counted {
    typename Device::template Buffer<T> elements{"a prediction"};
};

template <class Device, class T>
using PredictionPool = Pool<PredictionMemory<Device, T>>;

/// A copy of what a view shows, in memory of the pool.
template <class View, class Device, class T>
Shared<PredictionMemory<Device, T>> keep(const View& shown, const Device& device,
                                         PredictionPool<Device, T>& pool) {
    Shared<PredictionMemory<Device, T>> kept = pool.take();
    kept->elements.resize(shown.size());
    device.copy(static_cast<const T*>(shown.data), kept->elements.data(), shown.size());
    return kept;
}

/// Activations, for the largest batch so far.
template <class Device, class T>
class Arena {
public:
    explicit Arena(const char* name) : elements_(name) {}

    template <class Plan>
    void fit(const Plan& plan, Size batch) {
        if (batch > capacity_) grow(plan.arena_elements(batch), capacity_for(batch));
    }
    T* data() { return elements_.data(); }
    Size capacity() const { return capacity_; }  ///< samples that it is laid out for

private:
    [[gnu::cold]] void grow(Size elements, Size capacity) {
        capacity_ = 0;  // of nothing, if there is no memory
        elements_.resize(elements);
        capacity_ = capacity;
    }

    typename Device::template Buffer<T> elements_;
    Size capacity_ = 0;
};

template <class N, class Device, class T>
struct PassMemory : PassCounter {
    template <class U>
    using Buffer = typename Device::template Buffer<U>;

    [[no_unique_address]] Device device;
    Arena<Device, T> arena{"activations"};
    Buffer<T> workspace{"a loss's working memory"};
    Buffer<T> buffers{"a pass's buffers"};  ///< as they were before it
    Buffer<LossReport> report{"a loss"};
    Buffer<double> gradient_norm{"a norm"};  ///< that clip_grad_norm_ took last
    InputRooms<N, Device, T> rooms;
    Inputs<N, T> inputs;  ///< of the last pass
    PredictionPool<Device, T> predictions;

    [[gnu::cold]] PassMemory() { report.resize(N::outputs); }

    /// The parameters are others, and the last pass has no gradient any more.
    void change() { ++this->changes; }
    /// What was taken from earlier passes is no longer theirs.
    void begin_pass() {
        ++this->passes;
        this->changes_before_pass = this->changes;
        for (Size& gradient : this->gradients) ++gradient;
    }
    /// The activations are used up, and the inputs are not needed any more.
    void end_backward() {
        this->differentiated = this->passes;
        for (Size& gradient : this->gradients) ++gradient;
        rooms.release();
    }
};

[[noreturn, gnu::cold]] inline void refuse_moved_model() {
    throw ValueError(
        "strata: this model has been moved from; its parameters are in the model that it was moved to");
}

/// A model's hold on its PassMemory. A copy of the model has another; one that has been moved from has none.
/// What is assigned to goes on with its own, so that the trainers of that model stay its trainers.
template <class Memory>
class HeldPasses {
public:
    HeldPasses() { begin(); }
    HeldPasses(const HeldPasses& other) {
        if (other.memory_) begin();
    }
    HeldPasses(HeldPasses&& other) noexcept : memory_(std::move(other.memory_)) {
        if (memory_) memory_->holder = this;
    }
    HeldPasses& operator=(const HeldPasses& other) = delete;  // a model is copied and then moved
    HeldPasses& operator=(HeldPasses&& other) noexcept {
        if (this == &other) return *this;
        if (memory_ && other.memory_) {
            memory_->begin_pass();  // its losses are those of other parameters
            ++memory_->assigned;
            other.leave();
        } else {
            leave();
            memory_ = std::move(other.memory_);
            if (memory_) memory_->holder = this;
        }
        return *this;
    }
    ~HeldPasses() { leave(); }

    /// Throws ValueError when the model has been moved from.
    Memory& operator*() const {
        if (!memory_) refuse_moved_model();
        return *memory_;
    }
    Memory* operator->() const { return &**this; }
    const Shared<Memory>& shared() const {
        if (!memory_) refuse_moved_model();
        return memory_;
    }

private:
    [[gnu::cold]] void begin() {
        memory_ = Shared<Memory>(new Memory);
        memory_->holder = this;
    }
    [[gnu::cold]] void leave() {
        if (memory_) memory_->holder = nullptr;
        memory_ = {};
    }

    Shared<Memory> memory_;
};

/// A trainer's, an optimizer's or a predictor's way to its model: the model is where it was, or is refused.
template <class Model>
class ModelLink {
public:
    explicit ModelLink(Model& model) : model_(&model), passes_(model.passes()), holder_(passes_->holder) {}

    /// Throws ValueError when the model is gone, or has been moved, or this has.
    Model& operator*() const {
        if (!passes_) refuse_moved_from();
        if (passes_->holder != holder_) refuse();
        return *model_;
    }
    Model* operator->() const { return &**this; }

private:
    [[noreturn, gnu::cold]] static void refuse() {
        throw ValueError(
            "strata: the model that this trainer, optimizer or predictor was made with is gone or has "
            "been moved; make another for the model that is there");
    }

    Model* model_;
    Shared<const PassCounter> passes_;
    const void* holder_;
};

}  // namespace strata::detail
