#pragma once
// From the list of layers and one input shape: every shape, the parameter table, and the activation plan, all
// as constants. Nothing here knows a device or a scalar type; offsets count elements.

#include <strata/core/diagnostics.hpp>
#include <string_view>

namespace strata {

/// Parameters begin at multiples of this many elements (256 bytes of float, what GPU libraries like best).
inline constexpr Size parameter_alignment = 64;

/// The name of a parameter, `"1.weight"`, as a value that can be a template argument.
struct ParameterName {
    char text[64] = {};

    constexpr ParameterName() = default;
    template <Size N>
    constexpr ParameterName(const char (&literal)[N]) {
        static_assert(N <= 64, "strata: a parameter's name has at most 63 characters");
        for (Size i = 0; i < N; ++i) text[i] = literal[i];
    }
    constexpr Size size() const {
        Size n = 0;
        while (n < 64 && text[n] != 0) ++n;
        return n;
    }
    constexpr std::string_view view() const { return {text, size()}; }
    constexpr void append(const char* other) {
        for (Size n = size(); *other != 0 && n < 63; ++other) text[n++] = *other;
    }
    constexpr void append(Size number) {
        char digits[21] = {};
        Size begin = 20;
        do digits[--begin] = static_cast<char>('0' + number % 10);
        while ((number /= 10) > 0);
        append(digits + begin);
    }
    /// `"2"` and `"weight"` give `"2.weight"`; the outermost name stands alone.
    template <class Child>
    constexpr ParameterName child(Child name) const {
        ParameterName result = *this;
        if (size() > 0) result.append(".");
        result.append(name);
        return result;
    }
    friend constexpr bool operator==(const ParameterName&, const ParameterName&) = default;
};

/// One row of the parameter table.
struct ParameterInfo {
    ParameterName name;
    Dims dims;
    Size offset = 0;  ///< in the flat buffer
    Size layer = 0;   ///< index of the leaf layer it belongs to
};

namespace detail {

struct LayerRecord {
    Dims in, out;
    LayerTraits traits;
    Size saved = 0;
    Size multiply_adds = 0;
    Size first_parameter = 0;
    Size parameters = 0;
};

template <Size Layers>
struct ShapeTrace {
    LayerRecord layers[Layers == 0 ? 1 : Layers];
    Size failed = Layers;  ///< index of the first layer that refused, or Layers
    ShapeOutcome refusal{};
    Dims input;
    Dims output;
};

template <Size Layers>
struct TraceState {
    ShapeTrace<Layers> trace;
    Dims shape;
    Size index = 0;
    Size parameters = 0;
};

template <class Leaf, Size Layers>
constexpr void trace_layer(TraceState<Layers>& state) {
    if (state.trace.failed != Layers) return;
    LayerRecord& record = state.trace.layers[state.index];
    record.in = state.shape;
    const ShapeOutcome outcome = Leaf::output_shape(state.shape);
    if (outcome.refusal != nullptr) {
        state.trace.failed = state.index;
        state.trace.refusal = outcome;
        return;
    }
    record.out = outcome.dims;
    record.traits = traits_of<Leaf>();
    record.saved = saved_of<Leaf>(state.shape);
    record.multiply_adds = multiply_adds_of<Leaf>(state.shape);
    record.first_parameter = state.parameters;
    record.parameters = parameter_count_of<Leaf>;
    state.parameters += record.parameters;
    state.shape = outcome.dims;
    ++state.index;
}

/// Runs the shape rules one after the other and stops at the first refusal.
template <class... Leaves>
constexpr auto trace_shapes(TypeList<Leaves...>, Dims input) {
    TraceState<sizeof...(Leaves)> state;
    state.trace.input = state.shape = input;
    (trace_layer<Leaves>(state), ...);
    state.trace.output = state.shape;
    return state.trace;
}

/// The input's shape, from the first layer that states one; layers before it must let any shape through.
struct StatedInput {
    Dims dims;
    bool stated = false;
    bool any_shape = false;  ///< only the number of elements counts, because the network begins with Flatten
    bool only_views = true;  ///< no layer so far has a kernel, which would see the shape
};

template <class Leaf>
constexpr void look_for_input(StatedInput& result) {
    if (result.stated) return;
    if constexpr (requires { Leaf::input_shape(); }) {
        result.dims = Leaf::input_shape();
        result.stated = result.dims.elements() > 0;
    }
    if (traits_of<Leaf>().any_shape_in && result.only_views) result.any_shape = true;
    if (!traits_of<Leaf>().view) result.only_views = false;
}

template <class... Leaves>
constexpr StatedInput stated_input(TypeList<Leaves...>) {
    StatedInput result;
    (look_for_input<Leaves>(result), ...);
    return result;
}

// The activation plan
// --------------------------------------------------------------------------------------------

/// A stretch of memory that is alive from one step to another. Forward of layer i is step i; the loss is step
/// L; backward of layer i is step 2L - i.
struct Lifetime {
    Size size = 0, begin = 0, end = 0, offset = 0;
};

inline constexpr Size in_the_input = static_cast<Size>(-1);

/// Where everything lies in the arena, per sample. Value 0 is the network's input and value i + 1 the output
/// of layer i; gradient j is the loss's gradient with respect to value j.
template <Size Layers>
struct ActivationPlan {
    Size value[Layers + 1] = {};     ///< offset, or `in_the_input`: the same memory as the input, reshaped
    Size gradient[Layers + 1] = {};  ///< training only
    Size saved[Layers + 1] = {};     ///< training only
    Size elements = 0;               ///< the arena's size
    Size unshared = 0;               ///< what it would be if nothing shared memory
};

/// The lowest value that training needs a gradient for: the output of the first layer that has parameters.
template <Size Layers>
constexpr Size lowest_gradient(const ShapeTrace<Layers>& trace) {
    for (Size i = 0; i < Layers; ++i)
        if (trace.layers[i].parameters > 0) return i + 1;
    return Layers;
}

template <Size Layers>
constexpr ActivationPlan<Layers> plan_activations(const ShapeTrace<Layers>& trace, bool training) {
    ActivationPlan<Layers> plan;
    if (trace.failed != Layers) return plan;
    const Size lowest = lowest_gradient(trace);
    const auto keeps = [&](Size layer, Keeps what) {
        const bool backward = training && (layer >= lowest || trace.layers[layer].parameters > 0);
        return backward && (static_cast<int>(trace.layers[layer].traits.keeps) & static_cast<int>(what)) != 0;
    };
    const auto is_view = [&](Size layer) {
        const LayerTraits& traits = trace.layers[layer].traits;
        return traits.view || (!training && traits.view_in_eval);
    };

    Lifetime lives[3 * Layers + 3] = {};
    Size life_count = 0;
    Size value_life[Layers + 1] = {};
    Size gradient_life[Layers + 1] = {};
    Size saved_life[Layers + 1] = {};
    constexpr Size none = static_cast<Size>(-1);
    for (Size& life : saved_life) life = none;
    for (Size& life : gradient_life) life = none;

    // Values: a view or an in-place layer continues its input's memory; everything else begins a new stretch.
    value_life[0] = none;  // the caller's memory
    const auto alive_until = [&](Size value, Size step) {
        if (value_life[value] != none && lives[value_life[value]].end < step)
            lives[value_life[value]].end = step;
    };
    for (Size i = 0; i < Layers; ++i) {
        const Size own = value_life[i];
        bool continues = is_view(i);
        if (!continues && trace.layers[i].traits.in_place && own != none && !keeps(i, Keeps::input)) {
            // Nobody may need the old contents: neither this layer nor the one that wrote them (through
            // views).
            Size writer = i;
            while (writer > 0 && is_view(writer - 1)) --writer;
            continues = writer > 0 && !keeps(writer - 1, Keeps::output);
        }
        if (continues) {
            value_life[i + 1] = own;
        } else {
            value_life[i + 1] = life_count;
            lives[life_count++] = {trace.layers[i].out.elements(), i, i, 0};
        }
        alive_until(i, i);
        alive_until(i + 1, i);
        if (keeps(i, Keeps::input)) alive_until(i, 2 * Layers - i);
        if (keeps(i, Keeps::output)) alive_until(i + 1, 2 * Layers - i);
        if (i + 1 == Layers) alive_until(i + 1, Layers);  // the loss, or the caller, reads the prediction
        if (training && trace.layers[i].saved > 0) {
            saved_life[i] = life_count;
            lives[life_count++] = {trace.layers[i].saved, i, 2 * Layers - i, 0};
        }
    }

    // Gradients, from the loss backwards. dx lies on dy where the layer allows it.
    if (training) {
        gradient_life[Layers] = life_count;
        lives[life_count++] = {trace.output.elements(), Layers, Layers, 0};
        for (Size i = Layers; i-- > 0;) {
            const Size step = 2 * Layers - i;
            lives[gradient_life[i + 1]].end = step;
            if (i < lowest) break;
            if (is_view(i) || trace.layers[i].traits.in_place) {
                gradient_life[i] = gradient_life[i + 1];
            } else {
                gradient_life[i] = life_count;
                lives[life_count++] = {trace.layers[i].in.elements(), step, step, 0};
            }
        }
    }

    // Places: the largest first, each at the lowest offset where nothing alive at the same time lies.
    Size order[3 * Layers + 3] = {};
    for (Size i = 0; i < life_count; ++i) order[i] = i;
    for (Size i = 1; i < life_count; ++i)
        for (Size k = i; k > 0 && lives[order[k - 1]].size < lives[order[k]].size; --k) {
            const Size swapped = order[k];
            order[k] = order[k - 1];
            order[k - 1] = swapped;
        }
    for (Size i = 0; i < life_count; ++i) {
        Lifetime& life = lives[order[i]];
        bool moved = true;
        while (moved) {
            moved = false;
            for (Size k = 0; k < i; ++k) {
                const Lifetime& other = lives[order[k]];
                const bool at_once = life.begin <= other.end && other.begin <= life.end;
                if (at_once && life.offset < other.offset + other.size &&
                    other.offset < life.offset + life.size) {
                    life.offset = other.offset + other.size;
                    moved = true;
                }
            }
        }
        if (life.offset + life.size > plan.elements) plan.elements = life.offset + life.size;
        plan.unshared += life.size;
    }
    for (Size i = 0; i <= Layers; ++i) {
        plan.value[i] = value_life[i] == none ? in_the_input : lives[value_life[i]].offset;
        if (gradient_life[i] != none) plan.gradient[i] = lives[gradient_life[i]].offset;
        if (saved_life[i] != none) plan.saved[i] = lives[saved_life[i]].offset;
    }
    return plan;
}

}  // namespace detail
}  // namespace strata
