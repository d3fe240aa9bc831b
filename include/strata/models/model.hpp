#pragma once
// A network with its parameters, and the passes that run on them.

#include <span>
#include <strata/fwd.hpp>
#include <strata/models/engine.hpp>
#include <strata/models/model_check.hpp>
#include <strata/models/parameter_store.hpp>

namespace strata {

/// `Net` on `Device` with scalars `T` (float or double). A wrong network is refused when this type is first
/// used. (The defaults stand here and not in fwd.hpp, because nvcc 13 would write them out a second time.)
template <class Net, class Device = Cpu, class T = float>
class Model {
    using N = Network<Net>;
    using Store = detail::ParameterStore<Net, Device, T>;
    using Predictions = detail::PredictionOf<Net, Device, T>;
    template <class U>
    using Span = typename Device::template Span<U>;

public:
    using network_type = Net;
    using Constants = N;
    using device_type = Device;
    using value_type = T;
    using input_shape = typename N::InputShape;
    using output_shape = typename N::OutputShape;
    static constexpr Size input_count = N::inputs;

    // Budgets, as constants.
    static constexpr Size parameter_count = N::parameters.count;  ///< numbers that are learnt
    static constexpr Size multiply_adds = N::multiply_adds;       ///< per sample, forward
    /// What is learnt lies in front in the flat buffer; behind it are buffers such as running means.
    static constexpr Size learnt_elements = N::parameters.learnt_elements;
    /// Bytes of activations for a batch: with all that the backward pass needs, and for inference alone.
    static constexpr Size training_bytes(Size batch) {
        return N::training_plan.arena_elements(batch) * sizeof(T);
    }
    static constexpr Size inference_bytes(Size batch) {
        return N::inference_plan.arena_elements(batch) * sizeof(T);
    }

    /// Draws the initial parameters from the default generator, layer after layer, as PyTorch does.
    explicit Model(Net net = Net{}) : parameters_(net) { reset_parameters(); }
    /// With all parameters zero. (For `to`.)
    explicit Model(typename Store::ZeroParameters zero) : parameters_(zero) {}

    Model(const Model&) = default;
    Model(Model&&) = default;
    /// As a whole, or not at all.
    Model& operator=(const Model& other) {
        if (this != &other) *this = Model(other);
        return *this;
    }
    Model& operator=(Model&&) = default;

    /// Draws all parameters anew.
    void reset_parameters(Generator& generator = default_generator()) {
        if constexpr (N::fits) changed_parameters().reset(generator);
    }

    /// The same model on another device: `model.to<Cuda>()`. Parameters, buffers, layers, mode and what is
    /// frozen are copied; gradients and optimizers stay behind.
    template <class Other>
    Model<Net, Other, T> to() const {
        Model<Net, Other, T> there(typename detail::ParameterStore<Net, Other, T>::ZeroParameters{});
        there.parameter_store().take_from(parameter_store());
        there.train(training_);
        return there;
    }

    /// `model.to("cuda")` is refused: a device is a type.
    template <class Name>
    void to(const Name&) const {
        (void)detail::RefuseNameOfDevice<Name>{};
    }

    // Modes

    /// Training mode (the default): Dropout drops. `eval()` is its opposite.
    void train(bool on = true) { training_ = on; }
    void eval() { training_ = false; }
    bool is_training() const { return training_; }

    // The five steps

    /// The network's output for a batch, of shape (batch, ...): a tensor of the caller's own, which stays what it is.
    /// `x` is an xtensor container, view or expression of shape (batch, ...), what another model predicted, or a batch of
    /// a DataLoader. In training mode the backward pass reads x again: a batch or a prediction is held until then,
    /// anything else copied; `model(borrow(x))` reads it where it lies, and the caller sees to it that it lives and stays
    /// the same. Throws ShapeError when its shape is another. A network of several inputs takes as many; one of several
    /// outputs returns a tuple: `auto [a, b] = model(x);`
    template <class... X>
    Predictions forward(const X&... x) {
        return pass<false>(std::tie(x...));
    }
    template <class... X>
    Predictions operator()(const X&... x) {
        return pass<false>(std::tie(x...));
    }
    /// The same without a copy of the output: it shows the model's memory, and other numbers after the next
    /// pass.
    template <class... X>
    Predictions view(const X&... x) {
        return pass<true>(std::tie(x...));
    }
    template <class... X>
    Predictions forward(const X&...) const {
        (void)detail::RefuseConstModel<X...>{};
        __builtin_unreachable();
    }
    template <class... X>
    Predictions operator()(const X&... x) const {
        return forward(x...);
    }

    /// The gradients of all parameters, from the loss that was taken last, of the last `forward` in training
    /// mode. They add up until `zero_grad`. Throws ValueError for another loss, whose gradient is not there
    /// (any more).
    void backward(const Loss& loss) {
        parameters_.check_trainable();
        engine_.backward(parameters_, loss);
    }

    template <class NoLoss>
    void backward(const NoLoss&) {
        (void)detail::RefuseUnlessLoss<NoLoss>{};
    }

    /// Forgets the gradients. Costs nothing: the next backward pass overwrites them.
    void zero_grad() { parameters_.accumulate(false); }
    /// Whether there was a backward pass since `zero_grad`.
    bool has_gradients() const { return parameters_.accumulates(); }

    // Parameters

    /// A parameter by its name as a tensor that can be read and written in place:
    /// `model.parameter<"1.weight">()`.
    template <ParameterName Name>
    auto parameter() & {
        return Device::tensor(parameter_store().template view<Name>());
    }
    template <ParameterName Name>
    auto parameter() const& {
        return Device::tensor(parameter_store().template view<Name>());
    }
    template <ParameterName Name>
    auto parameter() const&& {
        return refuse_temporary().template parameter<Name>();
    }
    /// Refused: `parameter("1.weight")`.
    template <class Text>
    auto parameter(const Text&) const {
        (void)detail::RefuseNameInParentheses<Text>{};
        return Device::tensor(TensorView<T, Device, Shape<1>>{});
    }
    /// A buffer, such as "1.running_mean", which training writes and no optimizer changes. `parameter` takes
    /// its name as well.
    template <ParameterName Name>
    auto buffer() & {
        Store::template check_kind<Name, false>();
        return parameter<Name>();
    }
    template <ParameterName Name>
    auto buffer() const& {
        Store::template check_kind<Name, false>();
        return parameter<Name>();
    }
    template <ParameterName Name>
    auto buffer() const&& {
        return refuse_temporary().template buffer<Name>();
    }
    /// The gradient that the last backward passes left, zero before the first, and of a frozen parameter.
    template <ParameterName Name>
    auto gradient() & {
        Store::template check_kind<Name, true>();
        parameter_store().make_gradients();
        return Device::tensor(parameters_.template gradient_view<Name>());
    }
    template <ParameterName Name>
    auto gradient() && {
        refuse_temporary();
        return gradient<Name>();
    }

    /// The flat buffers, for optimizers and files. Between tensors lie a few zeros of padding.
    /// On the Cpu they are std::spans; of another device's memory only address and size are known here.
    Span<T> flat_parameters() & { return {parameter_store().data(), parameters_.size()}; }
    Span<const T> flat_parameters() const& { return {parameter_store().data(), parameters_.size()}; }
    Span<const T> flat_parameters() const&& { return refuse_temporary().flat_parameters(); }
    Span<T> flat_gradients() & {
        parameter_store().make_gradients();
        if (!has_gradients()) parameters_.clear_gradients();
        return {parameters_.hand_out_gradients(), parameters_.gradient_count()};
    }
    Span<const T> flat_gradients() const&& { return refuse_temporary().flat_parameters(); }
    /// The same, to and from as many numbers in host memory.
    void copy_parameters_to(T* host) const { parameter_store().copy_to(host); }
    void copy_parameters_from(const T* host) { changed_parameters().copy_from(host); }
    /// The table that says what lies where.
    static constexpr std::span<const ParameterInfo> parameter_table() {
        return {N::parameters.rows, N::parameter_tensors};
    }

    /// Calls `visit(name, tensor)` for every parameter that is learnt, in order; `tensor` can be read and
    /// written in place. `for_each_buffer` visits the rest.
    template <class Visit>
    void for_each_parameter(const Visit& visit) {
        parameter_store().template for_each<true>(visit);
    }
    template <class Visit>
    void for_each_buffer(const Visit& visit) {
        parameter_store().template for_each<false>(visit);
    }

    /// Calls `visit(layer)` for every layer, in order; numbers among its options may change. Steps that a
    /// Trainer has recorded go on with those of before.
    template <class Visit>
    void for_each_layer(const Visit& visit) {
        parameters_.for_each_layer(visit);
    }

    // Freezing

    /// Keeps parameters as they are while the others are trained: one by its name, `freeze("0.weight")`, all that begin
    /// with a name and a dot, `freeze("features.")`, or everything, `freeze("")`. The backward pass leaves out what only
    /// they need; their gradients are forgotten and read as zero, and no optimizer touches them. As in PyTorch, buffers
    /// go on changing in training mode. Throws ValueError for a name that is not there.
    void freeze(std::string_view which) { set_frozen("freeze", which, true); }
    void unfreeze(std::string_view which) { set_frozen("unfreeze", which, false); }
    /// The same for one parameter: `model.requires_grad<"0.weight">(false)`.
    template <ParameterName Name>
    void requires_grad(bool on) {
        constexpr Size row = Store::template learnt_row_named<Name>();
        if constexpr (row < N::parameter_tensors) parameters_.freeze(device(), row, !on);
    }
    /// Throws ValueError if there is no parameter of this name.
    bool is_frozen(std::string_view name) const {
        return parameters_.freezing().is_frozen(detail::row_of(parameter_table(), "is_frozen", name));
    }
    /// For optimizers: one flag for each row of `parameter_table()`, learnt and not frozen.
    std::span<const bool> unfrozen_rows() const { return parameters_.freezing().rows(); }

    Device& device() & { return engine_.passes().device; }
    /// Where a loss on this model's (first) output leaves its value, in the device's memory.
    LossReport* report() & { return engine_.passes().report.data(); }
    /// What trainers, predictions and losses hold.
    const auto& passes() const& { return engine_.shared(); }

    // For what works on models: trainers, optimizers, predictors. Each throws ValueError when the model has been
    // moved from.
    Store& parameter_store() & { return (void)engine_.passes(), parameters_; }
    const Store& parameter_store() const& { return (void)engine_.passes(), parameters_; }
    detail::Engine<Net, Device, T>& engine() & { return engine_; }

private:
    Store& changed_parameters() { return engine_.passes().change(), parameters_; }
    const Model& refuse_temporary() const {
        (void)detail::RefuseTemporaryModel<Net>{};
        return *this;
    }
    void set_frozen(const char* who, std::string_view which, bool frozen) {
        Device& device = this->device();
        detail::for_each_selected(parameter_table(), who, which,
                                  [&](Size row) { parameters_.freeze(device, row, frozen); });
    }
    template <bool shown, class Inputs>
    Predictions pass(const Inputs& x) {
        constexpr bool there_are_as_many_batches_as_inputs = std::tuple_size_v<Inputs> == input_count;
        if constexpr (N::fits && !there_are_as_many_batches_as_inputs) (void)detail::count_inputs<Model>(x);
        if constexpr (N::fits && there_are_as_many_batches_as_inputs) {
            (void)engine_.passes();
            (void)detail::count_inputs<Model>(x);
            return engine_.template forward<shown, Model>(parameters_, x, training_);
        } else {
            __builtin_unreachable();  // the network has been refused already
        }
    }

    Store parameters_;
    detail::Engine<Net, Device, T> engine_;
    bool training_ = true;
};

template <class Net>
Model(Net) -> Model<Net>;

/// A Model of something else is refused.
template <class Net, class Device, class T>
requires(detail::is_absent<Device> || detail::is_complete_but_no_device<Device> ||
         !detail::is_float_or_double<T>) class Model<Net, Device, T>
    : public detail::ProbablyMeant<Net, Device, T> {
    detail::RefuseUnlessModel<Device, T> refused_here;

public:
    explicit Model(Net = Net{}) {}
};

}  // namespace strata
