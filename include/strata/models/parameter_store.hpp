#pragma once
// The parameters of a model: one flat buffer with a twin for the gradients, the layers with their options, and
// what is frozen. Gradients get memory when training asks for them.

#include <span>
#include <strata/core/error.hpp>
#include <strata/models/execution/execution.hpp>
#include <strata/models/freezing.hpp>
#include <strata/random/generator.hpp>

namespace strata::detail {

template <class Net, class Device, class T>
class ParameterStore {
    using N = Network<Net>;
    using Slots = typename SlotsOf<typename N::Leaves>::type;
    static constexpr const auto& table = N::parameters.rows;

public:
    struct ZeroParameters {};
    /// Throws what there is for a lack of memory.
    explicit ParameterStore(ZeroParameters) {
        if constexpr (N::fits) values_.resize(N::parameters.elements);
    }
    explicit ParameterStore(const Net& net) : ParameterStore(ZeroParameters{}) {
        if constexpr (N::fits)
            visit_leaves(net, [&]<Size I>(std::integral_constant<Size, I>, const auto& leaf) {
                get<I>(layers_) = leaf;
            });
    }

    Slots& layers() { return layers_; }
    const Slots& layers() const { return layers_; }
    template <class Visit>
    void for_each_layer(const Visit& visit) {
        [&]<Size... I>(std::index_sequence<I...>) { (visit(get<I>(layers_)), ...); }
        (std::make_index_sequence<N::Leaves::size>{});
    }

    // The flat buffers

    T* data() { return values_.data(); }
    const T* data() const { return values_.data(); }
    Size size() const { return values_.size(); }
    void copy_to(T* host) const { values_.copy_to(host); }
    void copy_from(const T* host) { values_.copy_from(host); }
    /// Parameters, buffers, layers and what is frozen, of another device.
    template <class Other>
    void take_from(const ParameterStore<Net, Other, T>& other) {
        if constexpr (N::fits) {
            values_.take_from([&](T* host) { other.copy_to(host); });
            layers_ = other.layers();
            freezing_ = other.freezing();
        }
    }
    /// Draws all parameters anew.
    void reset(Generator& generator) {
        values_.take_from([&](T* host) {
            [&]<Size... I>(std::index_sequence<I...>) { (initialize<I>(host, generator), ...); }
            (std::make_index_sequence<N::Leaves::size>{});
        });
    }

    T* gradients() { return gradients_.data(); }  ///< null before there was memory for them
    Size gradient_count() const { return gradients_.size(); }
    void make_gradients() {
        if (gradients_.size() == 0) gradients_.resize(N::parameters.learnt_elements);
    }
    void clear_gradients() { gradients_.zero(); }
    /// For users, who may write between the tensors, too.
    T* hand_out_gradients() {
        handed_out_ = true;
        return gradients_.data();
    }
    /// Zeros between the gradients, which norms and checks go over, whatever users have written there.
    void clear_padding(Device& device) {
        if (handed_out_) write_padding(device);
    }
    /// Whether the next backward pass adds to the gradients.
    bool accumulates() const { return accumulates_; }
    void accumulate(bool on) { accumulates_ = on; }

    // By name

    template <ParameterName Name>
    auto view() {
        return view_in<Name>(values_.data());
    }
    template <ParameterName Name>
    auto view() const {
        return view_in<Name>(values_.data());
    }
    template <ParameterName Name>
    auto gradient_view() {
        return view_in<Name>(gradients_.data());
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
    template <ParameterName Name>
    static constexpr Size learnt_row_named() {
        check_kind<Name, true>();
        return row_named<Name>();
    }
    /// Refuses a buffer where what is learnt is asked for, or the other way round.
    template <ParameterName Name, bool learnt>
    static constexpr void check_kind() {
        constexpr Size row = N::find_parameter(Name);
        constexpr bool found = row < N::parameter_tensors;
        constexpr bool is_learnt = found && table[found ? row : 0].kind == ParameterKind::learnt;
        constexpr bool it_is_learnt = is_learnt || !learnt || !found;
        constexpr bool it_is_a_buffer = !is_learnt || learnt || !found;
        static_assert(it_is_learnt,
                      "strata: this is the name of a buffer, such as a running mean, which training "
                      "writes and no optimizer changes: it has no gradient (docs/errors.md#buffer)");
        static_assert(it_is_a_buffer,
                      "strata: this is the name of a parameter, which is learnt, and not of a buffer; "
                      "write model.parameter<...>() (docs/errors.md#buffer)");
    }
    /// Calls `visit(name, tensor)` for what is learnt, or for the buffers, in order.
    template <bool learnt, class Visit>
    void for_each(const Visit& visit) {
        const auto one = [&]<Size P>(std::integral_constant<Size, P>) {
            constexpr ParameterInfo row = table[P];
            if constexpr ((row.kind == ParameterKind::learnt) == learnt)
                visit(table[P].name.view(),
                      Device::tensor(TensorView<T, Device, shape_t<row.dims>>{values_.data() + row.offset}));
        };
        [&]<Size... P>(std::index_sequence<P...>) { (one(std::integral_constant<Size, P>{}), ...); }
        (std::make_index_sequence<N::parameter_tensors>{});
    }

    // Freezing

    const Freezing<N>& freezing() const { return freezing_; }
    void freeze(Device& device, Size row, bool frozen) {
        freezing_.set(row, frozen);
        const ParameterInfo& info = table[row];
        if (frozen && gradients_.size() > 0)
            device.fill(gradients_.data() + info.offset, info.dims.elements(), T(0));
    }
    /// Throws ValueError when nothing is left to learn.
    void check_trainable() const {
        if (freezing_.all())
            throw ValueError("strata: there is nothing to learn: all parameters of the model are frozen");
    }

private:
    [[gnu::cold]] void write_padding(Device& device) {
        Size end = 0;  // of the tensor in front
        const auto clear = [&](Size to) { device.fill(gradients_.data() + end, to - end, T(0)); };
        for (const ParameterInfo& row : table) {
            if (row.kind != ParameterKind::learnt) continue;
            if (row.offset > end) clear(row.offset);
            end = row.offset + row.dims.elements();
        }
        if (gradients_.size() > end) clear(gradients_.size());
    }
    template <Size I>
    void initialize(T* host, Generator& generator) {
        if constexpr (parameter_count_of<type_at_t<I, typename N::Leaves>> != 0)
            Execution<Net, Device, T, Pass::training>::template with_own_parameters<I>(
                host, [&](auto... own) { get<I>(layers_).initialize(generator, own...); });
    }
    template <ParameterName Name, class U>
    static auto view_in(U* flat) {
        constexpr Size row = row_named<Name>();
        if constexpr (row < N::parameter_tensors)
            return TensorView<U, Device, shape_t<table[row].dims>>{flat + table[row].offset};
        else
            return TensorView<U, Device, Shape<1>>{flat};
    }

    [[no_unique_address]] Slots layers_;
    Freezing<N> freezing_;
    typename Device::template Buffer<T> values_{"parameters"};
    typename Device::template Buffer<T> gradients_{"gradients"};
    bool accumulates_ = false;
    bool handed_out_ = false;
};

}  // namespace strata::detail
