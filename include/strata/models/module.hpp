#pragma once
// A module of one's own: a struct that names its layers and writes `forward`.
//
//   struct Block : Module<Named<"fc1", Linear<64>>, Named<"fc2", Linear<64>>, Parameter<"scale", Shape<1>>> {
//       static constexpr auto forward(auto self, auto x) {
//           return x + self["scale"] * self["fc2"](relu(self["fc1"](x)));
//       }
//   };
//
// `forward` gets the module, whose layers and parameters it asks for by their names, then the inputs (a module
// without members has inputs only). The compiler runs it once, on values that know their shapes; it writes down
// which layer is called with what, and that is the network's graph. Backward pass and memory follow from it,
// and at run time there are only the kernels. So forward may use a variable twice, call a layer several times
// (its parameters are then shared), loop, and ask for x.size(1); it returns a value, or several as
// `Outputs{a, b}`. The outputs of a layer that has several are heads[0], heads[1] or
// `const auto [a, b] = unpack<2>(self["heads"](x))`.
//
// An `Input<...>` without a name states the shape of the input of the same place, and a layer without a name is
// called by the number in the names of its parameters, `self[0]`. Names are PyTorch's, "fc1.weight", "scale".
// Two members of one name, an empty name and one with a dot are refused, as they are there.
// Source: torch.nn.Module.

#include <strata/core/network/names.hpp>
#include <strata/core/network/network.hpp>
#include <strata/models/parameter.hpp>

namespace strata {

/// A layer under a name.
template <ParameterName name, class Layer>
struct Named {
    using named_layer = Layer;
    static constexpr std::string_view member_name = name.view();
};

namespace detail {

/// What stands in the list of a module: a named layer, a parameter, or a layer that its number names.
template <class Member>
struct MemberOf {
    using layer = Member;
    static constexpr bool named = OwnParameter<Member>;
    static constexpr std::string_view name = [] {
        if constexpr (named)
            return std::string_view(Member::parameters(Dims{}).items[0].name);
        else
            return std::string_view();
    }();
};
/// (Asked for its members, because nvcc 13 does not see that a Named<"fc", L> is a Named<name, Layer>.)
template <class Member>
requires requires { typename Member::named_layer; }
struct MemberOf<Member> {
    using layer = typename Member::named_layer;
    static constexpr bool named = true;
    static constexpr std::string_view name = Member::member_name;
};

/// Two members of one name, or a name that none may have, as torch.nn.Module has it.
template <class... Members>
constexpr NameProblem find_problem_of_names() {
    constexpr Size count = sizeof...(Members);
    constexpr std::string_view names[] = {MemberOf<Members>::name..., {}};
    constexpr bool named[] = {MemberOf<Members>::named..., false};
    constexpr bool counts[] = {!traits_of<typename MemberOf<Members>::layer>().unnamed..., false};
    NameProblem problem;
    const auto find = [&](Size i, Size j, Reason reason) {
        if (!is_set(problem.reason)) problem = {.reason = reason, .first = i, .second = j};
    };
    Size number = 0;
    for (Size i = 0; i != count; number += counts[i++]) {
        char digits[20] = {};
        const NamePath root, path(root, {}, number);
        path.write(digits);
        const std::string_view name = named[i] ? names[i] : std::string_view(digits, path.length);
        if (!named[i] && !counts[i]) continue;
        if (name.empty()) find(i, i, &a_name_has_at_least_one_character);
        if (name == "__metadata__") find(i, i, &safetensors_files_keep_this_name_for_themselves);
        for (const char c : name) {
            if (c == '.') find(i, i, &a_name_has_no_dot_because_dots_stand_between_names);
            if (static_cast<unsigned char>(c) < ' ') find(i, i, &a_name_has_no_control_characters);
        }
        for (Size j = 0; j != count; ++j)
            if (j != i && named[j] && names[j] == name && (j > i || !named[i]))
                find(j < i ? j : i, j < i ? i : j, &two_members_have_this_name);
    }
    return problem;
}

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
    /// A network that is called itself is refused.
    template <class... X>
    int operator()(const X&...) const {
        return detail::refuse_call<X...>();
    }
    /// The name of a member, empty where its number names it.
    static constexpr std::string_view child_name(Size position) {
        constexpr std::string_view names[] = {detail::MemberOf<Members>::name..., {}};
        return names[position];
    }
    static constexpr detail::NameProblem name_problem = detail::find_problem_of_names<Members...>();

    template <Size I>
    using member = detail::type_at_t<I, detail::TypeList<Members...>>;
};

}  // namespace strata
