#pragma once
// A network with its parameters: one flat buffer, a twin for the gradients, and what its passes work on.
// Gradients and activations get memory when training asks for them; after the first pass nothing is allocated.

// Length: it is the one class that users hold, and all of it works on the same buffers.

#include <span>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/fwd.hpp>
#include <strata/models/freezing.hpp>
#include <strata/models/inputs.hpp>
#include <strata/models/model_check.hpp>
#include <strata/models/prediction.hpp>
#include <strata/models/refused_pass.hpp>
#include <strata/random/generator.hpp>
#include <string>
#include <vector>

namespace strata {

/// `Net` on `Device` with scalars `T` (float or double). A wrong network is refused when this type is first
/// used. (The defaults stand here and not in fwd.hpp, because nvcc 13 would write them out a second time.)
template <class Net, class Device = Cpu, class T = float>
class Model {
    using N = Network<Net>;
    using Training = detail::Execution<Net, Device, T, detail::Pass::training>;
    using Inference = detail::Execution<Net, Device, T, detail::Pass::inference>;
    using Slots = typename detail::SlotsOf<typename N::Leaves>::type;
    using Predictions = detail::PredictionOf<Net, Device, T>;
    using Passes = detail::PassMemory<N, Device, T>;
    template <class U>
    using Buffer = typename Device::template Buffer<U>;
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
    /// Input K as kernels see it: numbers, or indices for a network that begins with a table (Embedding).
    template <Size K>
    using InputScalar = detail::InputScalar<N, T, K>;
    template <Size K>
    using InputView = BatchView<const InputScalar<K>, Device, typename N::template InputShapeOf<K>>;

    // Budgets, as constants.
    static constexpr Size parameter_count = N::parameters.count;  ///< numbers that are learnt
    static constexpr Size multiply_adds = N::multiply_adds;       ///< per sample, forward
    /// What is learnt lies in front in the flat buffer; behind it are buffers such as running means.
    static constexpr Size learnt_elements = N::parameters.learnt_elements;
    /// Bytes of activations for a batch: with all that the backward pass needs, and for inference alone.
    static constexpr Size training_bytes(Size batch) {
        return arena_elements(N::training_plan, batch) * sizeof(T);
    }
    static constexpr Size inference_bytes(Size batch) {
        return arena_elements(N::inference_plan, batch) * sizeof(T);
    }

    /// Draws the initial parameters from the default generator, layer after layer, as PyTorch does.
    explicit Model(Net net = Net{}) {
        if constexpr (N::fits) {
            detail::visit_leaves(net, [&]<Size I>(std::integral_constant<Size, I>, const auto& leaf) {
                detail::get<I>(layers_) = leaf;
            });
            allocate();
            reset_parameters(default_generator());
        }
    }

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
        if constexpr (Device::is_host) {
            initialize(parameter_data(), generator);
        } else {
            std::vector<T> host(flat_parameters().size());
            initialize(host.data(), generator);
            parameters_.copy_from(host.data());
        }
    }

    /// The same model on another device: `model.to<Cuda>()`. Parameters, buffers, layers, mode and what is
    /// frozen are copied; gradients and optimizers stay behind.
    template <class Other>
    Model<Net, Other, T> to() const {
        typename Model<Net, Other, T>::WithoutParameters nothing_drawn;
        Model<Net, Other, T> moved(nothing_drawn);
        if constexpr (N::fits) {
            std::vector<T> host(flat_parameters().size());
            parameters_.copy_to(host.data());
            moved.parameters_.copy_from(host.data());
            moved.layers_ = layers_;
            moved.training_ = training_;
            moved.freezing_ = freezing_;
        }
        return moved;
    }

    /// `model.to("cuda")` is refused: a device is a type.
    template <class Name>
    void to(const Name&) const {
        constexpr bool the_device_is_a_type = detail::never<Name>;
        static_assert(the_device_is_a_type,
                      "strata: a device is a type, and the model on it another object: auto there = "
                      "model.to<Cuda>() (docs/errors.md#device)");
    }

    // Modes
    // ------------------------------------------------------------------------------------------------------

    /// Training mode (the default): Dropout drops. `eval()` is its opposite.
    void train(bool on = true) { training_ = on; }
    void eval() { training_ = false; }
    bool is_training() const { return training_; }

    // The five steps
    // ---------------------------------------------------------------------------------------------

    /// The network's output for a batch, of shape (batch, ...): a tensor of the caller's own, which stays what
    /// it is. `x` is an xtensor container, view or expression of shape (batch, ...), what another model
    /// predicted, or a batch of a DataLoader. In training mode the backward pass reads x again: a batch or a
    /// prediction is held until then, anything else copied; `model(borrow(x))` reads it where it lies, and the
    /// caller sees to it that it lives and stays the same. Throws ShapeError when its shape is another.
    /// A network of several inputs takes as many; one of several outputs returns a tuple:
    /// `auto [a, b] = model(x);`
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
        constexpr bool the_model_is_not_const = detail::never<X...>;
        static_assert(
            the_model_is_not_const,
            "strata: a forward pass writes into the model's memory, and this model is const; make a "
            "Predictor from it, which has memory of its own (docs/errors.md#const-model)");
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
        check_trainable();
        loss.check_backward(*passes_, N::outputs);
        run_backward(loss);
        passes_->end_backward();
    }

    template <class NoLoss>
    void backward(const NoLoss&) {
        constexpr bool it_is_a_loss = detail::never<NoLoss>;
        static_assert(
            it_is_a_loss,
            "strata: backward takes what criterion(prediction, target) returned, of type strata::Loss; a "
            "number or a tensor does not know where its gradient lies: keep both as they are, auto "
            "prediction "
            "= model(x); auto loss = criterion(prediction, y); (docs/errors.md#backward)");
    }

    /// Forgets the gradients. Costs nothing: the next backward pass overwrites them.
    void zero_grad() { accumulate_ = false; }
    /// Whether there was a backward pass since `zero_grad`.
    bool has_gradients() const { return accumulate_; }

    // Parameters
    // -------------------------------------------------------------------------------------------------

    /// A parameter by its name as a tensor that can be read and written in place:
    /// `model.parameter<"1.weight">()`.
    template <ParameterName Name>
    auto parameter() & {
        return Device::tensor(named_view<Name, T>(parameter_data()));
    }
    template <ParameterName Name>
    auto parameter() const& {
        return Device::tensor(named_view<Name, const T>(parameter_data()));
    }
    template <ParameterName Name>
    auto parameter() const&& {
        return refuse_temporary().template parameter<Name>();
    }
    /// A buffer, such as "1.running_mean", which training writes and no optimizer changes. `parameter` takes
    /// its name as well.
    template <ParameterName Name>
    auto buffer() & {
        check_kind<Name, false>();
        return parameter<Name>();
    }
    template <ParameterName Name>
    auto buffer() const& {
        check_kind<Name, false>();
        return parameter<Name>();
    }
    template <ParameterName Name>
    auto buffer() const&& {
        return refuse_temporary().template buffer<Name>();
    }
    /// The gradient that the last backward passes left, zero before the first, and of a frozen parameter.
    template <ParameterName Name>
    auto gradient() & {
        make_gradients();
        check_kind<Name, true>();
        return Device::tensor(named_view<Name, T>(gradients_.data()));
    }
    template <ParameterName Name>
    auto gradient() && {
        refuse_temporary();
        return gradient<Name>();
    }

    /// The flat buffers, for optimizers and files. Between tensors lie a few zeros of padding.
    /// On the Cpu they are std::spans; of another device's memory only address and size are known here.
    Span<T> flat_parameters() & { return {parameter_data(), parameters_.size()}; }
    Span<const T> flat_parameters() const& { return {parameter_data(), parameters_.size()}; }
    Span<const T> flat_parameters() const&& { return refuse_temporary().flat_parameters(); }
    Span<T> flat_gradients() & {
        make_gradients();
        if (!accumulate_) gradients_.zero();
        return {gradients_.data(), gradients_.size()};
    }
    Span<const T> flat_gradients() const&& { return refuse_temporary().flat_parameters(); }
    /// The same, to and from host memory.
    void copy_parameters_to(T* host) const {
        (void)*passes_;
        parameters_.copy_to(host);
    }
    void copy_parameters_from(const T* host) {
        (void)*passes_;
        parameters_.copy_from(host);
    }
    /// The table that says what lies where.
    static constexpr std::span<const ParameterInfo> parameter_table() {
        return {N::parameters.rows, N::parameter_tensors};
    }

    /// Calls `visit(name, tensor)` for every parameter that is learnt, in order; `tensor` can be read and
    /// written in place. `for_each_buffer` visits the rest.
    template <class Visit>
    void for_each_parameter(const Visit& visit) {
        for_each_row<true>(visit);
    }
    template <class Visit>
    void for_each_buffer(const Visit& visit) {
        for_each_row<false>(visit);
    }

    /// Calls `visit(layer)` for every layer, in order; numbers among its options may change. Steps that a
    /// Trainer has recorded go on with those of before.
    template <class Visit>
    void for_each_layer(const Visit& visit) {
        [&]<Size... I>(std::index_sequence<I...>) { (visit(detail::get<I>(layers_)), ...); }
        (std::make_index_sequence<N::Leaves::size>{});
    }

    // Freezing
    // ------------------------------------------------------------------------------------------------------

    /// Keeps parameters as they are while the others are trained: one by its name, `freeze("0.weight")`, all
    /// that begin with a name and a dot, `freeze("features.")`, or everything, `freeze("")`. The backward
    /// pass leaves out what only they need; their gradients read as zero, and no optimizer touches them.
    /// Throws ValueError for a name that is not there. As in PyTorch, buffers go on changing in training
    /// mode.
    void freeze(std::string_view which) { set_frozen("freeze", which, true); }
    void unfreeze(std::string_view which) { set_frozen("unfreeze", which, false); }
    /// The same for one parameter: `model.requires_grad<"0.weight">(false)`.
    template <ParameterName Name>
    void requires_grad(bool on) {
        check_kind<Name, true>();
        if constexpr (row_named<Name>() < N::parameter_tensors) set_frozen(row_named<Name>(), !on);
    }
    /// Throws ValueError if there is no parameter of this name.
    bool is_frozen(std::string_view name) const {
        for (Size row = 0; row != N::parameter_tensors; ++row)
            if (N::parameters.rows[row].kind == ParameterKind::learnt &&
                N::parameters.rows[row].name.view() == name)
                return freezing_.is_frozen(row);
        detail::refuse_selection(parameter_table(), "is_frozen", name);
    }
    /// For optimizers: one flag for each row of `parameter_table()`, learnt and not frozen.
    std::span<const bool> unfrozen_rows() const { return freezing_.rows(); }

    Device& device() & { return passes_->device; }
    /// Where a loss on this model's (first) output leaves its value, in the device's memory.
    LossReport* report() & { return passes_->report.data(); }
    /// What trainers, predictions and losses hold.
    const detail::Shared<detail::PassMemory<N, Device, T>>& passes() const& { return passes_.shared(); }

private:
    template <class, class, class>
    friend class Model;
    template <class, class, class>
    friend class Trainer;
    template <class>
    friend class Predictor;
    template <class, class>
    friend class Evaluator;

    template <class Plan>
    static constexpr Size arena_elements(const Plan& plan, Size batch) {
        return plus(plan.once_elements, times(plan.elements, capacity_for(batch)));
    }
    /// Arenas are laid out for multiples of 16 samples, so that every buffer in them begins aligned.
    static constexpr Size capacity_for(Size batch) { return (batch + 15) / 16 * 16; }

    struct WithoutParameters {};
    explicit Model(WithoutParameters) {
        if constexpr (N::fits) allocate();
    }

    void allocate() { parameters_.resize(N::parameters.elements); }
    /// Throws ValueError when the model has been moved from.
    T* parameter_data() { return (void)*passes_, parameters_.data(); }
    const T* parameter_data() const { return (void)*passes_, parameters_.data(); }
    const Model& refuse_temporary() const {
        constexpr bool the_model_has_a_name = detail::never<Net>;
        static_assert(
            the_model_has_a_name,
            "strata: this shows the model's memory, and the model is a temporary, which is gone at the "
            "end of the statement; give it a name first (docs/errors.md#temporary-model)");
        return *this;
    }
    void initialize(T* host, Generator& generator) {
        [&]<Size... I>(std::index_sequence<I...>) { (initialize_layer<I>(host, generator), ...); }
        (std::make_index_sequence<N::Leaves::size>{});
    }
    template <Size I>
    void initialize_layer(T* host, Generator& generator) {
        if constexpr (detail::parameter_count_of < detail::type_at_t < I, typename N::Leaves >>> 0) {
            Training::template with_own_parameters<I>(
                host, [&](auto... own) { detail::get<I>(layers_).initialize(generator, own...); });
        }
    }

    template <bool learnt, class Visit>
    void for_each_row(const Visit& visit) {
        const auto one = [&]<Size P>(std::integral_constant<Size, P>) {
            constexpr ParameterInfo row = N::parameters.rows[P];
            if constexpr ((row.kind == ParameterKind::learnt) == learnt)
                visit(
                    N::parameters.rows[P].name.view(),
                    Device::tensor(TensorView<T, Device, shape_t<row.dims>>{parameter_data() + row.offset}));
        };
        [&]<Size... P>(std::index_sequence<P...>) { (one(std::integral_constant<Size, P>{}), ...); }
        (std::make_index_sequence<N::parameter_tensors>{});
    }
    /// Refuses a buffer where what is learnt is asked for, or the other way round.
    template <ParameterName Name, bool learnt>
    static constexpr void check_kind() {
        constexpr Size row = N::find_parameter(Name);
        constexpr bool found = row < N::parameter_tensors;
        constexpr bool is_learnt = found && N::parameters.rows[found ? row : 0].kind == ParameterKind::learnt;
        constexpr bool it_is_learnt = is_learnt || !learnt || !found;
        constexpr bool it_is_a_buffer = !is_learnt || learnt || !found;
        static_assert(it_is_learnt,
                      "strata: this is the name of a buffer, such as a running mean, which training "
                      "writes and no optimizer changes: it has no gradient (docs/errors.md#buffer)");
        static_assert(it_is_a_buffer,
                      "strata: this is the name of a parameter, which is learnt, and not of a buffer; "
                      "write model.parameter<...>() (docs/errors.md#buffer)");
    }

    void set_frozen(const char* who, std::string_view which, bool frozen) {
        (void)*passes_;
        detail::for_each_selected(parameter_table(), who, which, [&](Size row) { set_frozen(row, frozen); });
    }
    void set_frozen(Size row, bool frozen) {
        freezing_.set(row, frozen);
        const ParameterInfo& info = N::parameters.rows[row];
        if (frozen && gradients_.size() > 0)
            device().fill(gradients_.data() + info.offset, info.dims.elements(), T(0));
    }
    void check_trainable() const {
        if (freezing_.all())
            throw ValueError("strata: there is nothing to learn: all parameters of the model are frozen");
    }

    template <bool shown, class Inputs>
    Predictions pass(const Inputs& x) {
        constexpr bool there_are_as_many_batches_as_inputs = std::tuple_size_v<Inputs> == input_count;
        if constexpr (N::fits && !there_are_as_many_batches_as_inputs) (void)detail::count_inputs<Model>(x);
        if constexpr (N::fits && there_are_as_many_batches_as_inputs) {
            using Refused = detail::RefusedPass<N, Device, T>;
            Passes& passes = *passes_;
            (void)detail::count_inputs<Model>(x);
            passes.begin_pass();  // from here on another batch lies where those of before did
            const auto memory = prepare(detail::take_inputs<Model>(x, passes.rooms, training_));
            [[maybe_unused]] const typename Device::PassScope scope;
            if (training_) {
                passes.buffers.resize(Refused::buffers);
                Refused refused(memory, passes.buffers.data());
                Training::forward(memory, layers_);
                Predictions predictions = predictions_of<Training, shown>(memory);
                refused.end();
                return predictions;
            }
            Inference::forward(memory, layers_);
            return predictions_of<Inference, shown>(memory);
        } else {
            __builtin_unreachable();  // the network has been refused already
        }
    }
    /// The memory of a pass that has begun, over these inputs.
    detail::Memory<Device, T> prepare(const detail::Inputs& inputs) {
        Passes& passes = *passes_;
        passes.device.begin_step();
        passes.inputs = inputs;
        if (inputs.batch > passes.capacity) {
            passes.capacity = 0;  // of nothing, if there is no memory
            make_arena(inputs.batch);
            passes.capacity = capacity_for(inputs.batch);
        }
        return memory();
    }
    [[gnu::cold]] void make_arena(Size batch) {
        try {
            passes_->arena.resize(arena_elements(N::training_plan, batch));
        } catch (const OutOfMemoryError& error) {
            throw OutOfMemoryError(message(error.what(), "; the plan for a batch of ", batch, " has ",
                                           training_bytes(batch), " bytes of activations beside ",
                                           parameters_.size() * sizeof(T), " bytes of parameters"));
        }
    }
    detail::Memory<Device, T> memory() {
        Passes& passes = *passes_;
        const auto& input = passes.inputs.data;
        return {passes.device,       {input[0], input[1], input[2], input[3]},
                parameters_.data(),  gradients_.data(),
                passes.arena.data(), passes.inputs.batch,
                passes.capacity,     accumulate_,
                freezing_.wanted()};
    }

    /// The outputs of a pass, each with the place for its gradient.
    template <class Execution, bool shown>
    Predictions predictions_of(const detail::Memory<Device, T>& memory) {
        return [&]<Size... O>(std::index_sequence<O...>) {
            return Predictions{prediction_of<Execution, O, shown>(memory)...};
        }
        (std::make_index_sequence<N::outputs>{});
    }
    template <class Execution, Size O, bool shown>
    Prediction<Net, Device, T, O> prediction_of(const detail::Memory<Device, T>& memory) {
        using Result = Prediction<Net, Device, T, O>;
        typename Result::View output = Execution::template operand<N::graph.outputs[O]>(memory);
        detail::Owner owner;
        if constexpr (!shown) {
            const auto kept = detail::keep(output, memory.device, passes_->predictions);
            output.data = kept->elements.data();
            owner = kept;
        }
        typename Result::GradientOf gradient{nullptr, output.batch};
        if constexpr (std::is_same_v<Execution, Training>)
            gradient = Training::template gradient_of_loss<O>(memory);
        return {output, std::move(owner), gradient, passes_.shared()};
    }

    void make_gradients() {
        (void)*passes_;
        if (gradients_.size() == 0) gradients_.resize(N::parameters.learnt_elements);
    }

    void run_backward(const Loss& loss) {
        [[maybe_unused]] const typename Device::PassScope scope;
        make_gradients();
        const auto memory = this->memory();
        [&]<Size... O>(std::index_sequence<O...>) {
            (scale(Training::template gradient_of_loss<O>(memory), loss.factor(O)), ...);
        }
        (std::make_index_sequence<N::outputs>{});
        Training::backward(memory, layers_);
        accumulate_ = true;
    }
    template <class View>
    void scale(View gradient, double factor) {
        if (factor != 1) device().for_each(gradient.size(), detail::MultiplyBy{factor}, gradient.data);
    }

    template <ParameterName Name>
    static constexpr Size row_named() {
        constexpr Size row = N::find_parameter(Name);
        static_assert(row < N::parameter_tensors || !N::fits,
                      "strata: the network has no parameter of this name; names "
                      "are those of PyTorch's state_dict, such as "
                      "\"1.weight\" (docs/errors.md#parameter-name)");
        return row;
    }
    template <ParameterName Name, class U>
    static auto named_view(U* flat) {
        constexpr Size row = row_named<Name>();
        if constexpr (row < N::parameter_tensors)
            return TensorView<U, Device, shape_t<N::parameters.rows[row].dims>>{
                flat + N::parameters.rows[row].offset};
        else
            return TensorView<U, Device, Shape<1>>{flat};
    }

    [[no_unique_address]] Slots layers_;
    detail::Freezing<N> freezing_;
    Buffer<T> parameters_{"parameters"};
    Buffer<T> gradients_{"gradients"};
    detail::HeldPasses<Passes> passes_;
    bool accumulate_ = false;
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
