#pragma once
// The common part of RNN, LSTM and GRU: their options, parameters and the way through time. A cell says what happens
// between the products of one time step.
//
// The input's product is one for all time steps, and so are the products for the gradients of the weights;
// in between each time step has a small one. Nothing is copied: a time step is a stride in tensors that lie
// batch first. In the backward pass the gradients of the gates take the place of the gates.

#include <cmath>
#include <strata/core/math.hpp>
#include <strata/core/refuse_option.hpp>
#include <strata/core/tensor.hpp>
#include <strata/init/uniform.hpp>
#include <strata/layers/shared/recurrence_memory.hpp>
#include <tuple>

namespace strata {

namespace detail {

/// The layer. What a cell says:
/// - gates: rows of the weights per hidden unit;
/// - kept: numbers per hidden unit and time step, gates or gates + 1. The backward pass leaves the gradients
///   of the gates there, and last that of the last gate's hidden part, where it has one of its own;
/// - has_cell: whether there is a cell state;
/// - into_h: whether the input's product goes to h instead of the gates;
/// - passes_dh: whether backward leaves in dh what h_before gets beside the product;
/// - forward(device, step), backward(device, step, gradients).
template <class Cell, class A>
struct Recurrence : RecurrenceSizes<Cell, A> {
    using Sizes = RecurrenceSizes<Cell, A>;
    using Sizes::hidden, Sizes::layers, Sizes::directions, Sizes::width, Sizes::gate_rows, Sizes::kept;
    using Sizes::parts, Sizes::parameter_count, Sizes::saved;
    static constexpr Reason wrong_arguments = A::arguments.wrong;
    static constexpr Size stated_in = A::in;

    // shapes

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (!is_sequence(given, stated_in)) return refuse_sequence(given, stated_in);
        return accept(given.with_last(width));
    }
    static constexpr Dims input_shape() { return dims(0, stated_in); }
    template <Size I>
    static constexpr ParameterSpec parameter(Size in) {
        constexpr Size layer = I / (directions * parts), part = I % parts;
        constexpr const char* name =
            RecurrenceName<layer, I / parts % directions == 1, part>::text.characters;
        if (part > 1) return {name, dims(gate_rows)};
        return {name, dims(gate_rows, part == 1 ? hidden : layer == 0 ? in : width)};
    }
    static constexpr auto parameters(Dims given) {
        return [&]<Size... I>(std::index_sequence<I...>) {
            return ParameterList<parameter_count>{{parameter<I>(given.last())...}};
        }
        (std::make_index_sequence<parameter_count>{});
    }
    static constexpr Size multiply_adds(Dims given) {
        Size per_step = 0;
        for (Size layer = 0; layer < layers; ++layer)
            per_step = plus(per_step,
                            times(directions * gate_rows, plus(layer == 0 ? given.last() : width, hidden)));
        return times(given.extent[0], per_step);
    }
    static void initialize(Generator& generator, auto... parameter) {
        const double bound = 1 / std::sqrt(static_cast<double>(hidden));
        (init::uniform_(parameter.data, parameter.size(), -bound, bound, generator), ...);
    }

    // forward

    /// In training, where `layer` names who refuses.
    static void forward(auto& device, const char* layer, double dropout, auto x, auto y, auto... operands) {
        if (!(dropout >= 0 && dropout <= 1)) refuse_option(layer, "dropout", dropout, "in [0, 1]");
        run(device, dropout, x, y, operands...);
    }
    static void infer(auto& device, auto x, auto y, auto... operands) {
        using Y = decltype(y);
        constexpr Size size = saved(decltype(x)::dims);
        using T = typename Y::value_type;
        const BatchView<T, typename Y::device_type, Shape<size>> room{
            device.template workspace<T>(x.batch * size), x.batch};
        run(device, 0, x, y, operands..., room);
    }
    static void run(auto& device, double dropout, auto x, auto y, auto... operands) {
        using X = decltype(x);
        using T = typename decltype(y)::value_type;
        constexpr Size length = X::dims.extent[0];
        const Size rows = x.batch * length;
        if (rows == 0) return;
        const T* const weights[] = {operands.data...};  // and `saved`
        const RecurrenceMemory<Cell, A, T, length> memory{
            std::get<sizeof...(operands) - 1>(std::make_tuple(operands...)).data, x.batch};
        device.fill(memory.zeros(), hidden, T(0));

        const T* input = x.data;
        Size in = X::dims.last();
        for (Size layer = 0; layer < layers; ++layer) {
            T* const output = layer + 1 == layers ? y.data : memory.output(layer);
            for (Size direction = 0; direction < directions; ++direction) {
                const T* const* const own = weights + (layer * directions + direction) * parts;
                const StridedMatrix<const T> from{input, rows, in, in}, weight{own[0], gate_rows, in, in};
                const StridedMatrix<T> to =
                    Cell::into_h ? StridedMatrix<T>{output + direction * hidden, rows, hidden, width}
                                 : StridedMatrix<T>{memory.gates(layer, direction), rows, gate_rows, kept};
                device.product(from, transposed(weight), to);
                for (Size count = 0; count < length; ++count)
                    Cell::template forward<hidden, A::has_bias>(
                        device, memory.step(layer, direction, count, output, own));
            }
            input = output;
            in = width;
            if (dropout > 0 && layer + 1 < layers) {
                if (dropout < 1)
                    device.dropout_mask(memory.mask(layer), rows * width, dropout);
                else
                    device.fill(memory.mask(layer), rows * width, T(0));
                apply_mask(device, memory, layer, output, memory.fed());
                input = memory.fed();
            }
        }
    }
    /// to = from mask. Masks lie time first, because PyTorch draws them so.
    template <class T, Size length>
    static void apply_mask(auto& device, const RecurrenceMemory<Cell, A, T, length>& memory, Size layer,
                           const T* from, T* to) {
        const Size batch = memory.batch, stride = length * width;
        for (Size t = 0; t < length; ++t) {
            const StridedRows<T> result{to + t * width, stride};
            const StridedRows<const T> input{from + t * width, stride},
                mask{memory.mask(layer) + t * batch * width, width};
            device.for_each_in_rows(batch, width, ProductFunction{}, result, input, mask);
        }
    }

    // backward

    template <class T>
    struct Gradient {
        T* data;
        bool accumulate;
    };

    static void backward(auto& device, double dropout, auto x, auto y, auto dy, auto dx, auto... operands) {
        backward(std::make_index_sequence<parameter_count>{}, device, dropout, x, y, dy, dx,
                 std::make_tuple(operands...));
    }
    template <Size... P>
    static void backward(std::index_sequence<P...>, auto& device, double dropout, auto x, auto y, auto dy,
                         auto dx, const auto& operands) {
        using T = typename decltype(dx)::value_type;
        if (x.batch == 0) return (sum_of_nothing(device, std::get<parameter_count + P>(operands)), ...);
        const T* const weights[] = {std::get<P>(operands).data...};
        const Gradient<T> gradients[] = {{std::get<parameter_count + P>(operands).data,
                                          std::get<parameter_count + P>(operands).accumulate}...};
        constexpr Size length = decltype(x)::dims.extent[0];
        const RecurrenceMemory<Cell, A, T, length> memory{std::get<2 * parameter_count>(operands).data,
                                                          x.batch};
        for (Size layer = layers; layer-- > 0;)
            backward_layer(device, dropout, layer, x, y, dy, dx, weights, gradients, memory);
    }

    static void sum_of_nothing(auto& device, auto gradient) {
        using T = typename decltype(gradient)::value_type;
        if (!gradient.accumulate) device.fill(gradient.data, gradient.size(), T(0));
    }

    template <class T, Size length>
    static void backward_layer(auto& device, double dropout, Size layer, auto x, auto y, auto dy, auto dx,
                               const T* const* weights, const Gradient<T>* gradients,
                               const RecurrenceMemory<Cell, A, T, length>& memory) {
        const Size rows = memory.batch * length, in = layer == 0 ? decltype(x)::dims.last() : width;
        T* const output = layer + 1 == layers ? const_cast<T*>(y.data) : memory.output(layer);
        const T* const doutput = layer + 1 == layers ? dy.data : memory.fed();
        const bool dropped = dropout > 0 && layer > 0;
        for (Size direction = 0; direction < directions; ++direction)
            through_time(device, layer, direction, output, doutput,
                         weights + (layer * directions + direction) * parts, memory);
        // From here on doutput is not read any more, and the gradient of what went in takes its place.
        const T* input = layer == 0 ? x.data : memory.output(layer - (layer > 0));
        if (dropped) {
            apply_mask(device, memory, layer - 1, input, memory.fed());
            input = memory.fed();
        }
        for (Size direction = 0; direction < directions; ++direction) {
            const Gradient<T>* const own = gradients + (layer * directions + direction) * parts;
            T* const gates = memory.gates(layer, direction);
            const StridedMatrix<T> dgates{gates, rows, gate_rows, kept};
            device.product(transposed(dgates), StridedMatrix<const T>{input, rows, in, in},
                           StridedMatrix<T>{own[0].data, gate_rows, in, in}, own[0].accumulate);
            if constexpr (A::has_bias)
                bias_gradients<decltype(device)>(device, rows, gates, memory.room(), own + 2);
        }
        T* const dinput = layer == 0 ? dx.data : memory.fed();
        for (Size direction = 0; direction < directions && dinput != nullptr; ++direction) {
            const T* const weight = weights[(layer * directions + direction) * parts];
            const StridedMatrix<T> dgates{memory.gates(layer, direction), rows, gate_rows, kept};
            device.product(dgates, StridedMatrix<const T>{weight, gate_rows, in, in},
                           StridedMatrix<T>{dinput, rows, in, in}, direction > 0);
        }
        if (dropped) apply_mask(device, memory, layer - 1, static_cast<const T*>(dinput), dinput);
        for (Size direction = 0; direction < directions; ++direction)
            hidden_weight_gradient(device, layer, direction, output,
                                   gradients[(layer * directions + direction) * parts + 1], memory);
    }

    /// What the product with h is made of: columns of what is kept against rows of the weight. Where the last
    /// gate has a gradient of its own for its hidden part, that is a second piece.
    struct HiddenPart {
        Size column, row, size;
    };
    static constexpr Size hidden_part_count = Cell::kept == Cell::gates ? 1 : 2;
    static constexpr HiddenPart hidden_parts[] = {
        {0, 0, Cell::kept == Cell::gates ? gate_rows : gate_rows - hidden},
        {kept - hidden, gate_rows - hidden, hidden}};

    /// The gates of all time steps become their gradients.
    template <class T, Size length>
    static void through_time(auto& device, Size layer, Size direction, T* output, const T* doutput,
                             const T* const* weights, const RecurrenceMemory<Cell, A, T, length>& memory) {
        const Size batch = memory.batch;
        device.fill(memory.dh(), batch * hidden, T(0));
        if constexpr (Cell::has_cell) device.fill(memory.dcell(), batch * hidden, T(0));
        for (Size count = length; count-- > 0;) {
            const RecurrenceStep<T> step = memory.step(layer, direction, count, output, weights);
            const Size t = direction == 0 ? count : length - 1 - count;
            const RecurrenceGradients<T> gradients{{doutput + t * width + direction * hidden, length * width},
                                                   {memory.dh(), hidden},
                                                   {memory.dcell(), hidden}};
            Cell::template backward<hidden>(device, step, gradients);
            if (count == 0) break;
            const StridedMatrix<T> dh{memory.dh(), batch, hidden, hidden};
            for (Size i = 0; i < hidden_part_count; ++i) {
                const HiddenPart part = hidden_parts[i];
                const StridedMatrix<T> dgates{step.gates.data + part.column, batch, part.size,
                                              step.gates.stride};
                const StridedMatrix<const T> weight{weights[1] + part.row * hidden, part.size, hidden,
                                                    hidden};
                device.product(dgates, weight, dh, Cell::passes_dh || i > 0);
            }
        }
    }
    template <class DeviceReference, class T>
    static void bias_gradients(DeviceReference device, Size rows, const T* gates, T* sums,
                               const Gradient<T>* of) {
        using Device = std::remove_cvref_t<DeviceReference>;
        using Columns = Shape<kept>;
        device.sum_rows(BatchView<const T, Device, Columns>{gates, rows},
                        GradientView<T, Device, Columns>{{sums}, false});
        add(device, of[0], 0, sums, gate_rows);
        for (Size i = 0; i < hidden_part_count; ++i)
            add(device, of[1], hidden_parts[i].row, sums + hidden_parts[i].column, hidden_parts[i].size);
    }
    template <class T>
    static void add(auto& device, Gradient<T> gradient, Size to, const T* from, Size size) {
        if (gradient.accumulate)
            device.for_each(size, AddFunction{}, gradient.data + to, from);
        else
            device.copy(from, gradient.data + to, size);
    }

    /// The sum over all time steps but the first of dgates hᵀ_before: one product, shifted by one time step.
    /// Between two samples it would pair the first step of one with the last of the other, so that first step
    /// becomes 0.
    template <class T, Size length>
    static void hidden_weight_gradient(auto& device, Size layer, Size direction, T* output,
                                       Gradient<T> gradient,
                                       const RecurrenceMemory<Cell, A, T, length>& memory) {
        const Size rows = memory.batch * length, pairs = rows - 1;
        const Size last = direction == 0 ? 0 : length - 1;
        T* const gates = memory.gates(layer, direction);
        const StridedRows<T> without_before{gates + last * kept, length * kept};
        device.for_each_in_rows(memory.batch, kept, ZeroFunction{}, without_before);
        const T* const h = output + direction * hidden + (direction == 0 ? 0 : width);
        for (Size i = 0; i < hidden_part_count; ++i) {
            const HiddenPart part = hidden_parts[i];
            const T* const dgates = gates + part.column + (direction == 0 ? kept : 0);
            device.product(transposed(StridedMatrix<const T>{dgates, pairs, part.size, kept}),
                           StridedMatrix<const T>{h, pairs, hidden, width},
                           StridedMatrix<T>{gradient.data + part.row * hidden, part.size, hidden, hidden},
                           gradient.accumulate);
        }
    }
};

}  // namespace detail
}  // namespace strata
