#pragma once
// Parts of a value along one dim, in the forward of a module:
//   slice(x, dim, begin, end)                x[:, ..., begin:end, ...]; negative ones count from the end
//   select(x, dim, index)                    one place: the dim goes away
//   auto [a, b] = chunk<2>(x, dim);          equal parts
//   auto [a, b] = split<3, 5>(x, dim);       parts of these sizes, which are all of it
//
// Shapes: (A, B) -> (end - begin, B) along dim 1.
// Gradient: dy there, 0 elsewhere.
// Unlike torch.chunk, chunk refuses an extent that does not divide by the number of parts.
// Source: torch.narrow, torch.select, torch.chunk, torch.split.

#include <strata/core/operations/loops.hpp>
#include <strata/layers/shared/value_dim.hpp>

namespace strata {

inline void its_begin_and_end_must_be_in_order_and_within_the_extent() {}
inline void its_index_must_be_below_the_extent_that_it_selects_from() {}
inline void its_extent_must_be_a_multiple_of_its_parts_but_extent_and_parts_are() {}
inline void its_parts_must_add_up_to_the_extent() {}

namespace detail {

/// Copies from and to the places [begin, begin + count) of an axis.
struct PartOf {
    static void read(auto& device, auto part, auto whole, Size axis, Size begin, Size count) {
        using T = typename decltype(part)::value_type;
        const Extents all = extents_of(whole);
        const T* const from = whole.data + begin * inner_elements(all.dims, axis);
        device.map_in_loops(part_loops(all, axis, count), Itself{}, part.data, from);
    }
    static void write(auto& device, auto part, auto whole, Size axis, Size begin, Size count) {
        using T = typename decltype(whole)::value_type;
        const Extents all = extents_of(whole);
        device.map_in_loops(exchanged(part_loops(all, axis, count)), Itself{},
                            whole.data + begin * inner_elements(all.dims, axis),
                            static_cast<const T*>(part.data));
    }
    /// The gradient of a whole from that of its part.
    static void spread(auto& device, auto dy, auto dx, Size axis, Size begin, Size count) {
        using T = typename decltype(dx)::value_type;
        if (dy.size() != dx.size()) device.fill(dx.data, dx.size(), T(0));
        write(device, dy, dx, axis, begin, count);
    }
};

inline constexpr int to_the_end = 0x7fffffff;
/// A place counted from the end if it is negative.
constexpr int from_front(int index, Size extent) {
    const int end = static_cast<int>(extent);
    return index == to_the_end ? end : index < 0 ? index + end : index;
}

/// One place of a dim, which goes away: what select(x, dim, index) and Select<dim, index> have in common. The dim is
/// counted from the end.
struct SelectedPlace {
    int dim = -1, index = 0;

    constexpr ShapeOutcome output_shape(const Dims& whole) const {
        const ShapeOutcome outcome = accept_dim(whole, dim);
        if (is_set(outcome.refusal)) return outcome;
        const Size axis = axis_of(whole, dim), extent = whole.extent[axis];
        const int at = from_front(index, extent);
        if (at < 0 || at >= static_cast<int>(extent))
            return refuse(&its_index_must_be_below_the_extent_that_it_selects_from, dims(extent));
        Dims rest;
        for (Size i = 0; i < whole.rank; ++i)
            if (i != axis) rest.extent[rest.rank++] = whole.extent[i];
        return accept(rest);
    }
    void read(auto& device, auto part, auto whole) const {
        constexpr Dims given = decltype(whole)::dims;
        PartOf::read(device, part, whole, axis_of(given, dim), place(given), 1);
    }
    void spread(auto& device, auto dy, auto dx) const {
        constexpr Dims given = decltype(dx)::dims;
        PartOf::spread(device, dy, dx, axis_of(given, dim), place(given), 1);
    }

private:
    constexpr Size place(const Dims& whole) const {
        return static_cast<Size>(from_front(index, whole.extent[axis_of(whole, dim)]));
    }
};

}  // namespace detail

struct Slice {
    int dim = -1, begin = 0, end = 0;
    int total = 0;  ///< what the extent has to be; 0: whatever it is

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.moves = true, .kind = OutputKind::inherited};
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        const int dim = detail::whole(numbers.of[0]);
        if (!detail::is_dim(dim)) return detail::refuse_dim(given[0], dim);
        Operand result = given[0];
        Size& extent = result.dims.extent[detail::axis_of(result.dims, dim)];
        const Size total = static_cast<Size>(numbers.of[3]);
        if (total != 0 && total != extent) return {{}, &its_parts_must_add_up_to_the_extent, dims(extent)};
        const int begin = detail::from_front(detail::whole(numbers.of[1]), extent),
                  end = detail::from_front(detail::whole(numbers.of[2]), extent);
        if (begin < 0 || begin >= end || end > static_cast<int>(extent))
            return {{}, &its_begin_and_end_must_be_in_order_and_within_the_extent, dims(extent)};
        extent = static_cast<Size>(end - begin);
        return {result, nullptr, {}};
    }

    void forward(auto& device, auto y, auto x) const {
        const auto [axis, first, count] = part(decltype(x)::dims);
        detail::PartOf::read(device, y, x, axis, first, count);
    }
    template <Size>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto) const {
        const auto [axis, first, count] = part(decltype(dx)::dims);
        detail::PartOf::spread(device, dy, dx, axis, first, count);
    }

private:
    struct Part {
        Size axis, first, count;
    };
    constexpr Part part(const Dims& whole) const {
        const Size axis = detail::axis_of(whole, dim), extent = whole.extent[axis];
        const int first = detail::from_front(begin, extent), last = detail::from_front(end, extent);
        return {axis, static_cast<Size>(first), static_cast<Size>(last - first)};
    }
};

/// Part `index` of `parts` equal ones.
struct Chunk {
    int dim = -1, index = 0, parts = 1;

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.moves = true, .kind = OutputKind::inherited};
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        const int dim = detail::whole(numbers.of[0]);
        if (!detail::is_dim(dim)) return detail::refuse_dim(given[0], dim);
        Operand result = given[0];
        Size& extent = result.dims.extent[detail::axis_of(result.dims, dim)];
        const Size parts = static_cast<Size>(numbers.of[2]);
        if (extent % parts != 0)
            return {{},
                    &its_extent_must_be_a_multiple_of_its_parts_but_extent_and_parts_are,
                    dims(extent, parts)};
        extent /= parts;
        return {result, nullptr, {}};
    }

    void forward(auto& device, auto y, auto x) const {
        const Size axis = detail::axis_of(decltype(y)::dims, dim), count = decltype(y)::dims.extent[axis];
        detail::PartOf::read(device, y, x, axis, static_cast<Size>(index) * count, count);
    }
    template <Size>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto) const {
        const Size axis = detail::axis_of(decltype(dy)::dims, dim), count = decltype(dy)::dims.extent[axis];
        detail::PartOf::spread(device, dy, dx, axis, static_cast<Size>(index) * count, count);
    }
};

/// One place of a dim, which goes away. As a layer with constants it is Select<dim, index>.
struct SelectPlace {
    int dim = -1, index = 0;

    static constexpr bool is_function = true;
    static constexpr LayerTraits traits = {.moves = true, .kind = OutputKind::inherited};
    static constexpr JoinOutcome join(const Operand* given, Size, const detail::Numbers& numbers = {}) {
        const detail::SelectedPlace selected{detail::whole(numbers.of[0]), detail::whole(numbers.of[1])};
        const ShapeOutcome outcome = selected.output_shape(given[0].dims);
        return {{outcome.dims, given[0].batched}, outcome.refusal, outcome.expected};
    }

    void forward(auto& device, auto y, auto x) const { detail::SelectedPlace{dim, index}.read(device, y, x); }
    template <Size>
    void backward_operand(auto& device, auto, auto dy, auto dx, auto) const {
        detail::SelectedPlace{dim, index}.spread(device, dy, dx);
    }
};

/// x[:, ..., begin:end, ...]
constexpr Value slice(Value x, int dim, int begin, int end = detail::to_the_end) {
    return apply_with<Slice>({3, {double(detail::from_end(x, dim)), double(begin), double(end)}}, x);
}
/// x[:, ..., index, ...]
constexpr Value select(Value x, int dim, int index) {
    return apply_with<SelectPlace>({2, {double(detail::from_end(x, dim)), double(index)}}, x);
}
/// As many equal parts: `auto [a, b] = chunk<2>(x, 1);`
template <Size Parts>
constexpr Outputs<Parts> chunk(Value x, int dim = 1) {
    Outputs<Parts> parts{};
    for (Size i = 0; i < Parts; ++i)
        parts.values[i] =
            apply_with<Chunk>({3, {double(detail::from_end(x, dim)), double(i), double(Parts)}}, x);
    return parts;
}
/// Parts of these sizes.
template <Size... Sizes>
constexpr Outputs<sizeof...(Sizes)> split(Value x, int dim = 1) {
    Outputs<sizeof...(Sizes)> parts{};
    double begin = 0;
    const double sizes[] = {double(Sizes)...}, total = (double(Sizes) + ...);
    for (Size i = 0; i < sizeof...(Sizes); ++i) {
        parts.values[i] =
            apply_with<Slice>({4, {double(detail::from_end(x, dim)), begin, begin + sizes[i], total}}, x);
        begin += sizes[i];
    }
    return parts;
}

}  // namespace strata
