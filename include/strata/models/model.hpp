#pragma once
// A network with its parameters: one flat buffer, a twin for the gradients, and one arena for the
// activations. Gradients and arena appear when training asks for them; after the first pass nothing is
// allocated.

#include <span>
#include <strata/core/error.hpp>
#include <strata/fwd.hpp>
#include <strata/models/execution.hpp>
#include <strata/models/prediction.hpp>
#include <strata/random/generator.hpp>
#include <string>

namespace strata {

namespace detail {

/// Whatever has a shape, so that the device may look closer.
template <class X>
concept TensorLike = requires(const X& x) {
    x.shape();
};

/// The batch that kernels see, where `x` is one or shows one; else nothing.
template <class X>
auto batch_of(const X& x) {
    if constexpr (requires { x.batch_view(); })
        return x.batch_view();
    else if constexpr (requires {
                           typename X::device_type;
                           x.batch;
                       })
        return BatchView<typename X::value_type, typename X::device_type, typename X::shape_type>{x.data,
                                                                                                  x.batch};
}

template <class D>
inline constexpr bool is_complete_but_no_device = requires {
    sizeof(D);
}
&&!requires { typename D::template Buffer<float>; };
template <class T>
inline constexpr bool is_float_or_double = std::is_same_v<T, float> || std::is_same_v<T, double>;

/// What a Model is made of besides its network.
template <class Device, class T>
struct RefuseUnlessModel {
    static constexpr bool the_second_argument_of_Model_is_a_device = !is_complete_but_no_device<Device>;
    static constexpr bool the_third_argument_of_Model_is_float_or_double = is_float_or_double<T>;
    static_assert(the_second_argument_of_Model_is_a_device,
                  "strata: the second argument of Model is a device; for scalars of type double write "
                  "Model<Net, Cpu, double> (docs/errors.md#device)");
    static_assert(the_third_argument_of_Model_is_float_or_double,
                  "strata: a model computes with float or double, the third argument of Model "
                  "(docs/errors.md#scalar)");
};

}  // namespace detail

/// `Net` on `Device` with scalars `T` (float or double). A wrong network is refused when this type is first
/// used. (The defaults stand here and not in fwd.hpp, because nvcc 13 would write them out a second time.)
template <class Net, class Device = Cpu, class T = float>
class Model {
    using N = Network<Net>;
    using Training = detail::Execution<Net, Device, T, detail::Pass::training>;
    using Inference = detail::Execution<Net, Device, T, detail::Pass::inference>;
    using Slots = typename detail::SlotsOf<typename N::Leaves>::type;
    template <class U>
    using Buffer = typename Device::template Buffer<U>;

public:
    using network_type = Net;
    using device_type = Device;
    using value_type = T;
    using input_shape = typename N::InputShape;
    using output_shape = typename N::OutputShape;
    using InputView = BatchView<const T, Device, input_shape>;
    static constexpr bool any_input_shape = N::stated.any_shape;

    // Budgets, as constants.
    static constexpr Size parameter_count = N::parameters.count;  ///< numbers that are learnt
    static constexpr Size multiply_adds = N::multiply_adds;       ///< per sample, forward
    /// Bytes of activations for a batch: with all that the backward pass needs, and for inference alone.
    static constexpr Size training_bytes(Size batch) {
        return N::training_plan.elements * capacity_for(batch) * sizeof(T);
    }
    static constexpr Size inference_bytes(Size batch) {
        return N::inference_plan.elements * capacity_for(batch) * sizeof(T);
    }

    /// Draws the initial parameters from the default generator, layer after layer, as PyTorch does.
    explicit Model(Net net = Net{}) {
        if constexpr (N::fits) {
            detail::visit_leaves(net, [&]<Size I>(std::integral_constant<Size, I>, const auto& leaf) {
                detail::get<I>(layers_) = leaf;
            });
            parameters_.resize(N::parameters.elements);
            reset_parameters(default_generator());
        }
    }

    /// Draws all parameters anew.
    void reset_parameters(Generator& generator = default_generator()) {
        [&]<Size... I>(std::index_sequence<I...>) { (initialize_layer<I>(generator), ...); }
        (std::make_index_sequence<N::layer_count>{});
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
    template <class X>
    Prediction<Net, Device, T> forward(X&& x) {
        if constexpr (N::fits) {
            const InputView input = view_of_input<!std::is_lvalue_reference_v<X>>(x, staging_);
            detail::Memory<Device, T> memory = prepare(input);
            [[maybe_unused]] const typename Device::PassScope scope;
            if (training_) {
                Training::forward(memory, layers_);
                trained_input_ = input;
                return {output_of<Training>(memory), Training::template gradient<N::layer_count>(memory),
                        counter_, device_};
            }
            Inference::forward(memory, layers_);
            return {output_of<Inference>(memory), {nullptr, input.batch}, counter_, device_};
        } else {
            __builtin_unreachable();  // the network has been refused already
        }
    }
    template <class X>
    Prediction<Net, Device, T> operator()(X&& x) {
        return forward(std::forward<X>(x));
    }
    template <class X>
    Prediction<Net, Device, T> forward(X&&) const {
        constexpr bool the_model_is_not_const = detail::never<X>;
        static_assert(
            the_model_is_not_const,
            "strata: a forward pass writes into the model's memory, and this model is const; make a "
            "Predictor from it, which has memory of its own (docs/errors.md#const-model)");
        __builtin_unreachable();
    }
    template <class X>
    Prediction<Net, Device, T> operator()(X&& x) const {
        return forward(x);
    }

    /// The gradients of all parameters, from the loss that was taken last, of the last `forward` in training
    /// mode. They add up until `zero_grad`. Throws ValueError for another loss: its gradient is no longer
    /// there.
    void backward(const Loss& loss) {
        if (loss.gradient == 0 || loss.gradient != counter_.gradients || loss.counter != &counter_)
            throw ValueError(
                "strata: backward needs the loss that was taken last, of this model's last forward pass in "
                "training mode, and takes it once");
        run_backward();
        ++counter_.gradients;  // the activations are used up, so the same loss does not serve twice
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
    /// The gradient that the last backward passes left, zero before the first.
    template <ParameterName Name>
    auto gradient() {
        make_gradients();
        return Device::tensor(named_view<Name, T>(gradients_.data()));
    }

    /// The flat buffers, for optimizers and files. Between tensors lie a few zeros of padding.
    std::span<T> flat_parameters() { return {parameters_.data(), parameters_.size()}; }
    std::span<const T> flat_parameters() const { return {parameters_.data(), parameters_.size()}; }
    std::span<T> flat_gradients() {
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

    /// Calls `visit(name, tensor)` for every parameter, in order; `tensor` can be read and written in place.
    template <class Visit>
    void for_each_parameter(const Visit& visit) {
        [&]<Size... P>(std::index_sequence<P...>) {
            (visit(N::parameters.rows[P].name.view(),
                   Device::tensor(TensorView<T, Device, shape_t<Training::template row<P>.dims>>{
                       parameters_.data() + N::parameters.rows[P].offset})),
             ...);
        }
        (std::make_index_sequence<N::parameter_tensors>{});
    }

    Device& device() { return device_; }

private:
    template <class, class, class>
    friend class Trainer;
    template <class>
    friend class Predictor;
    template <class, class>
    friend class Evaluator;

    /// Arenas are laid out for multiples of 16 samples, so that every buffer in them begins aligned.
    static constexpr Size capacity_for(Size batch) { return (batch + 15) / 16 * 16; }

    template <Size I>
    void initialize_layer(Generator& generator) {
        if constexpr (Training::template record<I>.parameters > 0) {
            Training::template with_own_parameters<I>(parameters_.data(), [&](auto... own) {
                detail::get<I>(layers_).initialize(generator, own...);
            });
        }
    }

    /// x as kernels see it; with `copied`, in `staging` whatever it is.
    template <bool copied = false, class X, class Staging>
    static InputView view_of_input(const X& x, Staging& staging) {
        using Batch = decltype(detail::batch_of(x));
        constexpr bool it_is_a_batch = !std::is_void_v<Batch>;
        constexpr bool the_input_is_a_tensor = it_is_a_batch || detail::TensorLike<X>;
        static_assert(
            the_input_is_a_tensor,
            "strata: a batch is an xtensor container, view or expression, or what a DataLoader yields; "
            "xt::adapt(vector, {batch, size}) makes one of a std::vector (docs/errors.md#batch)");
        if constexpr (it_is_a_batch) {
            using Problem =
                decltype(detail::find_batch_problem<Device, T, input_shape, any_input_shape, Batch>());
            [[maybe_unused]] detail::RefuseUnlessBatchFits<Problem> refused_here;
            if constexpr (std::is_same_v<Problem, detail::no_error>) {
                const Batch batch = detail::batch_of(x);
                return {batch.data, batch.batch};
            }
        } else if constexpr (the_input_is_a_tensor) {
            return Device::template input_batch<T, input_shape, any_input_shape, copied>(x, staging);
        }
        return {};
    }

    detail::Memory<Device, T> prepare(InputView input) {
        if (input.batch == 0) throw ShapeError("strata: a batch has at least one sample; this one is empty");
        ++counter_.passes;
        ++counter_.gradients;
        if (input.batch > capacity_) {
            capacity_ = capacity_for(input.batch);
            arena_.resize(N::training_plan.elements * capacity_);
        }
        return memory(input);
    }
    detail::Memory<Device, T> memory(InputView input) {
        return {device_,       input.data,  parameters_.data(), gradients_.data(),
                arena_.data(), input.batch, capacity_,          accumulate_};
    }

    template <class Execution>
    static auto output_of(const detail::Memory<Device, T>& memory) {
        auto output = Execution::template value<N::layer_count>(memory);
        return BatchView<T, Device, output_shape>{const_cast<T*>(output.data), output.batch};
    }

    void make_gradients() {
        if (gradients_.size() == 0) gradients_.resize(parameters_.size());
    }

    template <Size Begin = N::layer_count>
    void run_backward() {
        [[maybe_unused]] const typename Device::PassScope scope;
        make_gradients();
        Training::template backward<Begin>(memory(trained_input_), layers_);
        accumulate_ = true;
    }

    template <ParameterName Name, class U>
    static auto named_view(U* flat) {
        constexpr Size row = N::find_parameter(Name);
        static_assert(row < N::parameter_tensors || !N::fits,
                      "strata: the network has no parameter of this name; names "
                      "are those of PyTorch's state_dict, such as "
                      "\"1.weight\" (docs/errors.md#parameter-name)");
        if constexpr (row < N::parameter_tensors)
            return TensorView<U, Device, shape_t<N::parameters.rows[row].dims>>{
                flat + N::parameters.rows[row].offset};
        else
            return TensorView<U, Device, Shape<1>>{flat};
    }

    [[no_unique_address]] Device device_;
    [[no_unique_address]] Slots layers_;
    Buffer<T> parameters_;
    Buffer<T> gradients_;
    Buffer<T> arena_;
    Buffer<T> staging_;
    InputView trained_input_{};
    Size capacity_ = 0;
    PassCounter counter_;
    bool accumulate_ = false;
    bool training_ = true;
};

template <class Net>
Model(Net) -> Model<Net>;

/// A Model of something else is refused, and goes on as the one that was probably meant.
template <class Net, class Device, class T>
requires(detail::is_complete_but_no_device<Device> ||
         !detail::is_float_or_double<T>) class Model<Net, Device, T>
    : public Model<Net, std::conditional_t<detail::is_complete_but_no_device<Device>, Cpu, Device>,
                   std::conditional_t<detail::is_float_or_double<T>, T, float>> {
    detail::RefuseUnlessModel<Device, T> refused_here;

public:
    explicit Model(Net = Net{}) {}
};

}  // namespace strata
