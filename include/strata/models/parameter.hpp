#pragma once
// A parameter of a module's own: `Parameter<"weights", Shape<1>>`. In `forward` it is a value without a
// batch.
//
// Initial values: the standard normal distribution, as torch.randn; `Parameter<"bias", Shape<1>, Zeros>` and
// `Ones` give constants, `Uniform` torch.rand. A type of one's own with a static fill(Generator&, view) gives
// anything.
// Source: torch.nn.Parameter.

#include <strata/core/network/parameter_name.hpp>
#include <strata/core/network/trace.hpp>
#include <strata/random/distributions.hpp>

namespace strata {

struct Randn {
    static void fill(Generator& generator, auto view) { normal_(view.data, view.size(), 0, 1, generator); }
};
struct Rand {
    static void fill(Generator& generator, auto view) { uniform_(view.data, view.size(), 0, 1, generator); }
};
struct Zeros {
    static void fill(Generator&, auto view) {
        for (Size i = 0; i < view.size(); ++i) view.data[i] = 0;
    }
};
struct Ones {
    static void fill(Generator&, auto view) {
        for (Size i = 0; i < view.size(); ++i) view.data[i] = 1;
    }
};

namespace detail {
struct AddTo {
    template <class V>
    STRATA_HOST_DEVICE void operator()(V& sum, const V& x) const {
        sum += x;
    }
};
}  // namespace detail

template <ParameterName name, class S, class Initial = Randn>
struct Parameter {
    static constexpr bool is_own_parameter = true;

    static constexpr JoinOutcome join(const Operand*, Size) { return {{S::dims, false}, nullptr, {}}; }
    static constexpr auto parameters(Dims) { return parameter_list({{name.text, S::dims}}); }

    static void initialize(Generator& generator, auto own) { Initial::fill(generator, own); }

    static void backward_parameters(auto& device, auto dy, auto own) {
        using T = typename decltype(own)::value_type;
        if (own.accumulate)
            device.for_each(dy.size(), detail::AddTo{}, own.data, static_cast<const T*>(dy.data));
        else
            device.copy(static_cast<const T*>(dy.data), own.data, dy.size());
    }
};

}  // namespace strata
