#pragma once
// A module of one's own: a struct that names its layers and writes `forward`.
//
//   struct Block : Module<Named<"fc1", Linear<64>>, Named<"fc2", Linear<64>>, Parameter<"scale", Shape<1>>> {
//       static constexpr auto forward(auto fc1, auto fc2, auto scale, auto x) {
//           return x + scale * fc2(relu(fc1(x)));
//       }
//   };
//
// `forward` gets the layers and parameters in their order, then the inputs. The compiler runs it once, on
// values that know their shapes; it writes down which layer is called with what, and that is the network's
// graph. Backward pass and memory follow from it, and at run time there are only the kernels. So forward may
// use a variable twice, call a layer several times (its parameters are then shared), loop, and ask for
// x.size(1); it returns a value, or several as `Outputs{a, b}`.
//
// The names of parameters are PyTorch's: "fc1.weight", "scale".
// Source: torch.nn.Module.

#include <strata/core/network.hpp>
#include <strata/models/parameter.hpp>

namespace strata {

/// A layer under a name.
template <ParameterName name, class Layer>
struct Named {};

namespace detail {

/// What stands in the list of a module: a named layer, a parameter, or a layer that its number names.
template <class Member>
struct MemberOf {
    using layer = Member;
    static constexpr ParameterName name{};
    static constexpr bool named = false;
};
template <ParameterName Name, class Layer>
struct MemberOf<Named<Name, Layer>> {
    using layer = Layer;
    static constexpr ParameterName name = Name;
    static constexpr bool named = true;
};

}  // namespace detail

/// The shapes of a module's inputs, where its layers do not state them:
/// `using input_shapes = InputShapes<Shape<4>, Shape<3, 2>>;`
template <class... Shapes>
struct InputShapes {
    static constexpr void tell(Dims* dims, bool* known) {
        Size k = 0;
        ((dims[k] = Shapes::dims, known[k] = true, ++k), ...);
    }
};

template <class... Members>
class Module : detail::Slots<typename detail::MemberOf<Members>::layer...> {
    using Slots = detail::Slots<typename detail::MemberOf<Members>::layer...>;

public:
    using children = detail::TypeList<typename detail::MemberOf<Members>::layer...>;

    constexpr Module() = default;
    /// The layers by value, for those that have options; a module inherits this with `using Module::Module;`.
    constexpr explicit Module(typename detail::MemberOf<Members>::layer... layers) requires(
        sizeof...(Members) > 0)
        : Slots{{std::move(layers)}...} {}

    template <Size I>
    constexpr auto& child() {
        return detail::get<I>(static_cast<Slots&>(*this));
    }
    template <Size I>
    constexpr const auto& child() const {
        return detail::get<I>(static_cast<const Slots&>(*this));
    }
    static constexpr ParameterName child_name(const ParameterName& own, Size index) {
        constexpr ParameterName names[] = {detail::MemberOf<Members>::name..., {}};
        constexpr bool named[] = {detail::MemberOf<Members>::named..., false};
        constexpr bool parameter[] = {detail::OwnParameter<Members>..., false};
        if (parameter[index]) return own;  // its row has the name
        return named[index] ? own.child(names[index].text) : own.child(index);
    }
};

}  // namespace strata
