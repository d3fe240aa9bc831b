#pragma once
// A network with its parameters: one flat buffer, a twin for the gradients, and one arena for the
// activations. Gradients and arena appear when training asks for them; after the first pass nothing is
// allocated.

// Length: it is the one class that users hold, and all of it works on the same buffers.

#include <span>
#include <strata/core/error.hpp>
#include <strata/core/message.hpp>
#include <strata/fwd.hpp>
#include <strata/models/freezing.hpp>
#include <strata/models/inputs.hpp>
#include <strata/models/model_check.hpp>
#include <strata/models/prediction.hpp>
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
    template <class U>
    using Buffer = typename Device::template Buffer<U>;
    template <class U>
    using Span = typename Device::template Span<U>;

public:
    using network_type = Net;
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

    /// Draws all parameters anew.
    void reset_parameters(Generator& generator = default_generator()) {
        if constexpr (Device::is_host) {
            initialize(parameters_.data(), generator);
        } else {
            std::vector<T> host(parameters_.size());
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
            std::vector<T> host(parameters_.size());
            parameters_.copy_to(host.data());
            moved.parameters_.copy_from(host.data());
            moved.layers_ = layers_;
            moved.training_ = training_;
            moved.freezing_ = freezing_;
        }
        return moved;
    }

    // Modes
    // ------------------------------------------------------------------------------------------------------

    /// Training mode (the default): Dropout drops. `eval()` is its opposite.
    void train(bool on = true) { training_ = on; }
    void eval() { training_ = false; }
    bool is_training() const { return training_; }

    // The five steps
    // ---------------------------------------------------------------------------------------------

    /// The network's output for a batch: an xtensor of shape (batch, ...) in the model's own memory, valid
    /// until the next pass. `x` is an xtensor container, view or expression of shape (batch, ...), or a batch
    /// of a DataLoader. The backward pass reads it again, so a container that you pass by name has to live
    /// until then; temporaries are copied. Throws ShapeError when its shape is another.
    /// A network of several inputs takes as many; one of several outputs returns a tuple:
    /// `auto [a, b] = model(x);`
    template <class... X>
    Predictions forward(X&&... x) {
        constexpr bool there_are_as_many_batches_as_inputs = sizeof...(X) == input_count;
        static_assert(there_are_as_many_batches_as_inputs || !N::fits,
                      "strata: the network takes another number of inputs (docs/errors.md#inputs)");
        if constexpr (N::fits && there_are_as_many_batches_as_inputs) {
            const detail::Inputs inputs =
                detail::view_of_inputs<Model>(std::forward_as_tuple(std::forward<X>(x)...), staging_);
            detail::Memory<Device, T> memory = prepare(inputs);
            [[maybe_unused]] const typename Device::PassScope scope;
            if (training_) {
                Training::forward(memory, layers_);
                trained_inputs_ = inputs;
                return predictions_of<Training>(memory);
            }
            Inference::forward(memory, layers_);
            return predictions_of<Inference>(memory);
        } else {
            __builtin_unreachable();  // the network has been refused already
        }
    }
    template <class... X>
    Predictions operator()(X&&... x) {
        return forward(std::forward<X>(x)...);
    }
    template <class... X>
    Predictions forward(X&&...) const {
        constexpr bool the_model_is_not_const = detail::never<X...>;
        static_assert(
            the_model_is_not_const,
            "strata: a forward pass writes into the model's memory, and this model is const; make a "
            "Predictor from it, which has memory of its own (docs/errors.md#const-model)");
        __builtin_unreachable();
    }
    template <class... X>
    Predictions operator()(X&&... x) const {
        return forward(x...);
    }

    /// The gradients of all parameters, from the loss that was taken last, of the last `forward` in training
    /// mode. They add up until `zero_grad`. Throws ValueError for another loss: its gradient is no longer
    /// there.
    void backward(const Loss& loss) {
        check_trainable();
        if (!loss.belongs_to(counter_, N::outputs))
            throw ValueError(N::outputs == 1
                                 ? "strata: backward needs the loss that was taken last, of this model's "
                                   "last forward pass in "
                                   "training mode, and takes it once"
                                 : "strata: backward needs the sum of the losses of all outputs, those that "
                                   "were taken last, of "
                                   "this model's last forward pass in training mode, and takes it once");
        run_backward(loss);
        counter_.forget_gradients();  // the activations are used up, so the same loss does not serve twice
    }

    template <class NoLoss>
    void backward(const NoLoss&) {
        constexpr bool it_is_a_loss = detail::never<NoLoss>;
        static_assert(
            it_is_a_loss,
            "strata: backward takes what criterion(prediction, target) returned, of type strata::Loss; a "
            "number or a tensor does not know where its gradient lies (docs/errors.md#backward)");
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
    auto parameter() {
        return Device::tensor(named_view<Name, T>(parameters_.data()));
    }
    template <ParameterName Name>
    auto parameter() const {
        return Device::tensor(named_view<Name, const T>(parameters_.data()));
    }
    /// A buffer, such as "1.running_mean", which training writes and no optimizer changes. `parameter` takes
    /// its name as well.
    template <ParameterName Name>
    auto buffer() {
        check_kind<Name, false>();
        return parameter<Name>();
    }
    template <ParameterName Name>
    auto buffer() const {
        check_kind<Name, false>();
        return parameter<Name>();
    }
    /// The gradient that the last backward passes left, zero before the first, and of a frozen parameter.
    template <ParameterName Name>
    auto gradient() {
        make_gradients();
        check_kind<Name, true>();
        return Device::tensor(named_view<Name, T>(gradients_.data()));
    }

    /// The flat buffers, for optimizers and files. Between tensors lie a few zeros of padding.
    /// On the Cpu they are std::spans; of another device's memory only address and size are known here.
    Span<T> flat_parameters() { return {parameters_.data(), parameters_.size()}; }
    Span<const T> flat_parameters() const { return {parameters_.data(), parameters_.size()}; }
    Span<T> flat_gradients() {
        make_gradients();
        if (!accumulate_) gradients_.zero();
        return {gradients_.data(), gradients_.size()};
    }
    /// The same, to and from host memory.
    void copy_parameters_to(T* host) const { parameters_.copy_to(host); }
    void copy_parameters_from(const T* host) { parameters_.copy_from(host); }
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

    Device& device() { return device_; }
    /// Where a loss on this model's (first) output leaves its value, in the device's memory.
    LossReport* report() { return report_.data(); }

private:
    template <class, class, class>
    friend class Model;
    template <class, class, class>
    friend class Trainer;
    template <class>
    friend class Predictor;
    template <class, class>
    friend class Evaluator;
    template <class M, Size K, class X, class Staging>
    friend auto detail::view_of_input(X&& x, Staging& staging);

    template <class Plan>
    static constexpr Size arena_elements(const Plan& plan, Size batch) {
        return plan.once_elements + plan.elements * capacity_for(batch);
    }
    /// Arenas are laid out for multiples of 16 samples, so that every buffer in them begins aligned.
    static constexpr Size capacity_for(Size batch) { return (batch + 15) / 16 * 16; }

    struct WithoutParameters {};
    explicit Model(WithoutParameters) {
        if constexpr (N::fits) allocate();
    }

    void allocate() {
        parameters_.resize(N::parameters.elements);
        report_.resize(N::outputs);
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
                visit(N::parameters.rows[P].name.view(),
                      Device::tensor(
                          TensorView<T, Device, shape_t<row.dims>>{parameters_.data() + row.offset}));
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
        detail::for_each_selected(parameter_table(), who, which, [&](Size row) { set_frozen(row, frozen); });
    }
    void set_frozen(Size row, bool frozen) {
        freezing_.set(row, frozen);
        const ParameterInfo& info = N::parameters.rows[row];
        if (frozen && gradients_.size() > 0)
            device_.fill(gradients_.data() + info.offset, info.dims.elements(), T(0));
    }
    void check_trainable() const {
        if (freezing_.all())
            throw ValueError("strata: there is nothing to learn: all parameters of the model are frozen");
    }

    /// Input K as kernels see it; with `copied`, in `staging` whatever it is.
    template <Size K, bool copied, class X, class Staging>
    static auto view_of_input(const X& x, Staging& staging) {  // nvcc 13 does not take InputView<K> here
        using Scalar = InputScalar<K>;
        using S = typename N::template InputShapeOf<K>;
        using View = BatchView<const Scalar, Device, S>;
        constexpr bool any_shape = K == 0 && N::graph.any_shape;
        using Batch = decltype(detail::batch_of(x));
        constexpr bool it_is_a_batch = !std::is_void_v<Batch>;
        constexpr bool the_input_is_a_tensor = it_is_a_batch || detail::TensorLike<X>;
        static_assert(
            the_input_is_a_tensor,
            "strata: a batch is an xtensor container, view or expression, or what a DataLoader yields; "
            "xt::adapt(vector, {batch, size}) makes one of a std::vector (docs/errors.md#batch)");
        if constexpr (it_is_a_batch) {
            using Problem = decltype(detail::find_batch_problem<Device, Scalar, S, any_shape, Batch>());
            [[maybe_unused]] detail::RefuseUnlessBatchFits<Problem> refused_here;
            if constexpr (std::is_same_v<Problem, detail::no_error>) {
                const Batch batch = detail::batch_of(x);
                return View{batch.data, batch.batch};
            } else {
                return View{};
            }
        } else if constexpr (the_input_is_a_tensor) {
            return View(Device::template input_batch<Scalar, S, any_shape, copied>(x, staging));
        } else {
            return View{};
        }
    }

    detail::Memory<Device, T> prepare(const detail::Inputs& input) {
        if (input.batch == 0) throw ShapeError("strata: a batch has at least one sample; this one is empty");
        device_.begin_step();
        ++counter_.passes;
        counter_.forget_gradients();
        if (input.batch > capacity_) {
            capacity_ = 0;  // of nothing, if there is no memory
            make_arena(input.batch);
            capacity_ = capacity_for(input.batch);
        }
        return memory(input);
    }
    void make_arena(Size batch) {
        try {
            arena_.resize(arena_elements(N::training_plan, batch));
        } catch (const OutOfMemoryError& error) {
            throw OutOfMemoryError(message(error.what(), "; the plan for a batch of ", batch, " has ",
                                           training_bytes(batch), " bytes of activations beside ",
                                           parameters_.size() * sizeof(T), " bytes of parameters"));
        }
    }
    detail::Memory<Device, T> memory(const detail::Inputs& input) {
        return {device_,
                {input.data[0], input.data[1], input.data[2], input.data[3]},
                parameters_.data(),
                gradients_.data(),
                arena_.data(),
                input.batch,
                capacity_,
                accumulate_,
                freezing_.wanted()};
    }

    /// The outputs of a pass, each with the place for its gradient.
    template <class Execution>
    Predictions predictions_of(const detail::Memory<Device, T>& memory) {
        return [&]<Size... O>(std::index_sequence<O...>) {
            return Predictions{prediction_of<Execution, O>(memory)...};
        }
        (std::make_index_sequence<N::outputs>{});
    }
    template <class Execution, Size O>
    Prediction<Net, Device, T, O> prediction_of(const detail::Memory<Device, T>& memory) {
        const auto output = Execution::template value<N::graph.outputs[O]>(memory);
        using View = BatchView<T, Device, typename N::template OutputShapeOf<O>>;
        View gradient{nullptr, output.batch};
        if constexpr (std::is_same_v<Execution, Training>)
            gradient = Training::template gradient_of_loss<O>(memory);
        return {View{const_cast<T*>(output.data), output.batch},
                gradient,
                counter_,
                device_,
                report() + O,
                workspace_};
    }

    void make_gradients() {
        if (gradients_.size() == 0) gradients_.resize(N::parameters.learnt_elements);
    }

    void run_backward(const Loss& loss) {
        [[maybe_unused]] const typename Device::PassScope scope;
        make_gradients();
        const auto memory = this->memory(trained_inputs_);
        [&]<Size... O>(std::index_sequence<O...>) {
            (scale(Training::template gradient_of_loss<O>(memory), loss.factor(O)), ...);
        }
        (std::make_index_sequence<N::outputs>{});
        Training::backward(memory, layers_);
        accumulate_ = true;
    }
    template <class View>
    void scale(View gradient, double factor) {
        if (factor != 1) device_.for_each(gradient.size(), detail::MultiplyBy{factor}, gradient.data);
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

    [[no_unique_address]] Device device_;
    [[no_unique_address]] Slots layers_;
    detail::Freezing<N> freezing_;
    Buffer<T> parameters_{"parameters"};
    Buffer<T> gradients_{"gradients"};
    Buffer<T> arena_{"activations"};
    typename detail::StagingsOf<N, Device, T>::type staging_{};
    Buffer<T> workspace_{"a loss's working memory"};
    Buffer<LossReport> report_{"a loss"};
    detail::Inputs trained_inputs_{};
    Size capacity_ = 0;
    PassCounter counter_;
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
