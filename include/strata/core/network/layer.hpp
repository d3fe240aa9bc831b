#pragma once
// The layer protocol: what a layer may state about itself, and the defaults for what it leaves out.
// A layer is a small value type. Only `output_shape` is required; the rest is stated where it applies:
//
//   static constexpr ShapeOutcome output_shape(Dims in);   the output's shape, or a refusal
//   static constexpr Dims input_shape();                   what the layer's own arguments say of its input
//   static constexpr auto parameters(Dims in);             parameter_list({"weight", dims(out, in)}, ...)
//   static constexpr Size saved(Dims in);                  elements per sample kept for the backward pass
//   static constexpr Size saved_once(Dims in);             as many elements, however many samples there are
//   static constexpr Size multiply_adds(Dims in);          per sample
//   static constexpr LayerTraits traits;                   what the plan needs to know
//   static void initialize(Generator&, params...);         initial values, on the host, as PyTorch draws them
//   static constexpr Reason wrong_arguments;               what is wrong with its template arguments, or null
//   static constexpr Reason usage;                         how it is written, said beside that
//   static constexpr bool takes_indices;                   its (first) input is std::int64_t (Embedding)
//   template <class Given> using remedy;                   what a message advises where it refuses `Given`
//   static std::string layer_name();                       as tables show it, unless it is the type's name
//
//   void forward(device, x, y, params..., saved?) const;                training, and inference
//   void infer(device, x, y, params...) const;                          inference, if it differs
//   void backward_input(device, x, y, dy, dx, params..., saved?) const; dx = dy . dy/dx
//   void backward_parameters(device, x, y, dy, dparams..., saved?) const;
//   void forward_behind_affine(device, x, y, weight, bias) const;       y = f(x Wᵀ + b) in one product, where
//                                                                       the device can (say so by requires)
//
// A layer with several operands, such as the sum of two batches, has instead of output_shape and so on:
//
//   static constexpr JoinOutcome join(const Operand* operands, Size count);      the result, or a refusal
//   static constexpr Size multiply_adds(const Operand* operands, Size count);    per sample
//   static constexpr bool passes_gradient(const Operand*, Size count, Size k);   operand k's gradient is dy
//                                                                                itself
//   void forward(device, y, operands...) const;
//   void backward_operand<k>(device, y, dy, dx, operands...) const;              dx of operand k
//   static constexpr Size operand_count;                                         if it takes one number only
//   static constexpr bool is_function;                   called in a module's forward alone, as relu(x, ...) is
//
// where a single tensor is a batch of one. `join`, and the `output_shape` of a function, may have a last
// argument, `const Numbers& numbers`: the numbers that the function was called with.
//
// A layer that works out all its gradients together, as recurrent ones do, has one function in place of the
// two backward ones; dx.data is null where nobody needs dx:
//
//   static constexpr bool gradients_together = true;
//   void backward(device, x, y, dy, dx, params..., dparams..., saved?) const;
//
// A layer made of layers has instead of all this its children, and either `run`, as Sequential has, or, as a
// module has, `forward`. One of a module's children may be a parameter of its own:
//
//   using children = TypeList<...>;
//   static constexpr Wires run(const LayerHandle* layers, Size count, Wires in);
//   static constexpr auto forward(auto self, auto x...);
//   static constexpr std::string_view child_name(Size position);   in names; empty: the child's number (optional)
//   static constexpr bool passes_its_name_on;              its children are called what it is called
//   static constexpr NameProblem name_problem;             what is wrong with the names of its children
//   static constexpr bool is_own_parameter;                of a child: in `forward` it is a value, not a layer
//
// And of the whole network, if it states them:
//
//   using input_shapes = InputShapes<...>;                 the shapes of its inputs
//   static constexpr bool wants_input_gradient;            the gradient of its first input is wanted, too
//
// x and y are BatchViews, parameters TensorViews, their gradients GradientViews; x and dy are only read. In a
// backward pass, x, y and operands are what `traits.keeps` keeps. In place of the others the layer gets a
// BatchShape, which has their shape and no elements, because their memory may hold something else by then:
// reading `data` is refused by the compiler. (So write `auto x`; a parameter of type BatchView takes what is
// kept only.) y and dx hold anything before they are written.

#include <strata/core/address.hpp>
#include <strata/core/shape.hpp>
#include <type_traits>

namespace strata {

/// What a layer's backward pass reads again.
enum class Keeps : unsigned char { nothing = 0, input = 1, output = 2, both = 3 };
constexpr bool includes(Keeps all, Keeps some) {
    return (static_cast<int>(all) & static_cast<int>(some)) == static_cast<int>(some);
}

/// What the values of a layer's output are, for the losses that ask. `inherited`: what its input was.
enum class OutputKind : unsigned char { any, inherited, probabilities, log_probabilities, unit_interval };

struct LayerTraits {
    Keeps keeps = Keeps::nothing;
    bool in_place = false;      ///< y may lie on x, and dx on dy
    bool view = false;          ///< y is x under another shape: no kernel at all
    bool view_in_eval = false;  ///< the same, in inference only
    bool moves = false;         ///< y consists of elements of its input, or inputs, of whatever type (Slice)
    bool any_shape_in = false;  ///< reads its input as a flat row of elements (Flatten, Reshape)
    bool affine = false;        ///< x Wᵀ + b: what `forward_behind_affine` may follow
    bool unnamed = false;  ///< does not count in the names of parameters, which are then PyTorch's (Input)
    OutputKind kind = OutputKind::any;
};

/// The reason of a refusal is a function that is never called; compilers print its name, which is the
/// sentence.
using Reason = void (*)();
/// Whether there is one. For the compiler's own work (core/address.hpp).
constexpr bool is_set(Reason reason) { return !detail::same_address<Reason>(reason, nullptr); }

/// What a shape rule answers: a shape, or why not and what was expected.
struct ShapeOutcome {
    Dims dims;
    Reason refusal = nullptr;
    Dims expected;
};

/// What a node of a network reads or writes: a batch of samples of this shape, or a single tensor (a
/// parameter of one's own, a mean over the batch).
struct Operand {
    Dims dims;
    bool batched = true;
    friend constexpr bool operator==(const Operand&, const Operand&) = default;
};

/// What the shape rule of a layer with several operands answers.
struct JoinOutcome {
    Operand result;
    Reason refusal = nullptr;
    Dims expected;
    Size operand = 1;  ///< which one, beside the first, the refusal is about
};

constexpr ShapeOutcome accept(Dims dims) { return {dims, nullptr, {}}; }
constexpr ShapeOutcome refuse(Reason reason, Dims expected) { return {{}, reason, expected}; }

/// What a tensor of a layer is: learnt by the optimizer, or a buffer, which forward passes in training mode
/// may write and files keep. A `counter` is a buffer of one whole number, which files hold as int64.
enum class ParameterKind : unsigned char { learnt, buffer, counter };

/// One parameter or buffer of a layer: its name as PyTorch has it, and its shape. Buffers stand behind the
/// parameters.
struct ParameterSpec {
    const char* name;
    Dims dims;
    ParameterKind kind = ParameterKind::learnt;
};

template <Size N>
struct ParameterList {
    static constexpr Size count = N;
    ParameterSpec items[N];
};

template <>
struct ParameterList<0> {
    static constexpr Size count = 0;
};

template <Size N>
constexpr ParameterList<N> parameter_list(const ParameterSpec (&items)[N]) {
    ParameterList<N> list{};
    for (Size i = 0; i < N; ++i) list.items[i] = items[i];
    return list;
}

namespace detail {

template <class Layer>
constexpr LayerTraits traits_of() {
    if constexpr (requires { Layer::traits; })
        return Layer::traits;
    else
        return {};
}

template <class Layer>
constexpr auto parameters_of(Dims in) {
    if constexpr (requires { Layer::parameters(in); })
        return Layer::parameters(in);
    else
        return ParameterList<0>{};
}

template <class Layer>
inline constexpr Size parameter_count_of = decltype(parameters_of<Layer>(Dims{}))::count;

template <class Layer>
constexpr Size saved_of(Dims in) {
    if constexpr (requires { Layer::saved(in); })
        return Layer::saved(in);
    else
        return 0;
}

template <class Layer>
constexpr Size saved_once_of(Dims in) {
    if constexpr (requires { Layer::saved_once(in); })
        return Layer::saved_once(in);
    else
        return 0;
}

template <class Layer>
constexpr Size multiply_adds_of(Dims in) {
    if constexpr (requires { Layer::multiply_adds(in); })
        return Layer::multiply_adds(in);
    else
        return 0;
}

/// A layer whose evaluation mode differs. (A concept, because nvcc 13 finds no such call in a function.)
template <class Layer, class Device, class X, class Y, class... Operands>
concept InfersOtherwise = requires(const Layer& layer, Device& device, X x, Y y, Operands... operands) {
    layer.infer(device, x, y, operands...);
};

/// Whether a layer works out all its gradients together.
template <class Layer>
inline constexpr bool gradients_together = false;
template <class Layer>
requires requires { Layer::gradients_together; }
inline constexpr bool gradients_together<Layer> = Layer::gradients_together;

/// A layer made of layers offers the list of its children.
template <class Layer>
concept Composite = requires {
    typename Layer::children;
};

/// A layer of several operands, or of single tensors: `join(operands, count)` is its shape rule.
template <class Layer>
concept JoinLayer = requires(const Operand* operands) {
    Layer::join(operands, Size());
};

/// Whatever states a shape rule is a layer.
template <class Layer>
concept LeafLayer = JoinLayer<Layer> || requires {
    Layer::output_shape(Dims{});
};

}  // namespace detail

template <class Layer>
concept AnyLayer = detail::Composite<Layer> || detail::LeafLayer<Layer>;

}  // namespace strata
