#pragma once
// y = x mask: each element is dropped (0) with probability p, else scaled by 1 / (1 - p). In inference y = x.
//
// Shapes: any -> the same.
// Options: p = 0.5, in [0, 1]; anything else throws ValueError in the training forward.
// Saved: the mask, one element per element. p = 0 and p = 1 draw no random numbers, as in PyTorch.
// Source: torch.nn.Dropout; N. Srivastava et al., JMLR 15, 2014.

#include <strata/core/network/layer.hpp>
#include <strata/core/network/trace.hpp>
#include <strata/core/refuse_option.hpp>

namespace strata {

struct Dropout {
    double p = 0.5;

    static constexpr LayerTraits traits = {
        .in_place = true, .view_in_eval = true, .kind = OutputKind::inherited};

    static constexpr ShapeOutcome output_shape(Dims given) { return accept(given); }
    static constexpr Size saved(Dims given) { return given.elements(); }

    struct Product {
        template <class V>
        STRATA_HOST_DEVICE V operator()(const V& a, const V& mask) const {
            return a * mask;
        }
    };

    void forward(auto& device, auto x, auto y, auto mask) const {
        using T = typename decltype(mask)::value_type;
        if (!(p >= 0 && p <= 1)) refuse_option("Dropout", "p", p, "in [0, 1]");
        if (p == 0 || p == 1)
            device.fill(mask.data, mask.size(), T(1 - p));
        else
            device.dropout_mask(mask.data, mask.size(), p);
        device.map(Product{}, y, x, mask);
    }
    static void backward_input(auto& device, auto, auto, auto dy, auto dx, auto mask) {
        device.map(Product{}, dx, dy, mask);
    }
};

/// Each call draws a mask of its own. In inference it does nothing: modules have no F.dropout's `training` to
/// pass on.
constexpr Value dropout(Value x, double p = 0.5) { return apply_with<Dropout>({1, {p}}, x); }

}  // namespace strata
