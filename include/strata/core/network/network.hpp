#pragma once
// Everything that follows from the type of a network: its leaf layers, their names, the graph with all
// shapes, the parameter table, the activation plans, and the refusal if the layers do not fit together.

#include <strata/core/network/network_graph.hpp>

namespace strata {

namespace detail {

/// What a graph needs in memory and work.
template <class Net>
struct NetworkCosts : NetworkGraph<Net> {
    using typename NetworkGraph<Net>::Leaves;
    using NetworkGraph<Net>::graph;
    using G = std::remove_const_t<decltype(NetworkGraph<Net>::graph)>;

    static constexpr Size parameter_tensors = count_parameters(Leaves{});
    static constexpr auto names = make_parameter_names<Net, parameter_tensors>();
    static constexpr ParameterTable<parameter_tensors> parameters =
        make_parameter_table<Net, parameter_tensors>(graph, names);
    static constexpr Size edges = edge_begin(graph, G::nodes_count);
    static constexpr auto training_plan = make_plan<TrainingPlan<G, edges>>(graph, true);
    static constexpr auto inference_plan = make_plan<ActivationPlan<G>>(graph, false);
    static constexpr Size multiply_adds = count_multiply_adds(graph);
};

/// The refusal of what fits together and is too large.
template <class Net>
constexpr auto find_problem_of_size() {
    using N = NetworkCosts<Net>;
    if constexpr (N::parameters.too_large < N::parameter_tensors) {
        constexpr Size leaf = N::parameters.rows[N::parameters.too_large].layer;
        return size_error<decltype(place_of<Net, leaf>()), type_at_t<leaf, typename N::Leaves>>{};
    } else if constexpr (N::training_plan.elements > max_elements ||
                         N::training_plan.once_elements > max_elements || N::multiply_adds == uncountable) {
        return size_error<at_layer<>, Net>{};
    } else {
        return no_error{};
    }
}

/// With how the layer is written, if it says so.
template <class Where, class Layer>
constexpr auto make_arguments_error() {
    if constexpr (requires { Layer::usage; })
        return arguments_error<Where, Layer, wrong_arguments_of<Layer>(), Layer::usage>{};
    else
        return arguments_error<Where, Layer, wrong_arguments_of<Layer>()>{};
}

/// The name that a refusal is about, in letters, if there is one.
template <class N, class Where, class Layer, Size... I>
constexpr auto make_module_error(std::index_sequence<I...>) {
    constexpr GraphRefusal refusal = N::graph.refusal;
    if constexpr (sizeof...(I) == 0)
        return module_error<Where, Layer, refusal.refusal>{};
    else
        return module_error<Where, Layer, refusal.refusal, the_name<refusal.name[I]...>>{};
}

/// The members that a name belongs to.
template <class Where, class Module, Reason reason, Size first, Size second>
constexpr auto make_name_error() {
    using First = typename Module::template member<first>;
    using Second = typename Module::template member<second>;
    if constexpr (first == second)
        return name_error<Where, reason, First>{};
    else
        return name_error<Where, reason, First, Second>{};
}

template <Operand operand>
constexpr auto given_operand() {
    if constexpr (operand.batched)
        return shape_t<operand.dims>{};
    else
        return single_tensor<shape_t<operand.dims>>{};
}

/// The refusal, or its absence, as a type.
template <class Net>
constexpr auto find_problem() {
    using N = NetworkGraph<Net>;
    using Leaves = typename N::Leaves;
    constexpr Size count = Leaves::size;
    constexpr GraphRefusal refusal = N::graph.refusal;
    if constexpr (N::is_empty) {
        return empty_network_error{};
    } else if constexpr (N::no_layer != count) {
        using Type = type_at_t<N::no_layer, Leaves>;
        return layer_error<decltype(place_of<Net, N::no_layer>()), Type, why_no_layer<Type>()>{};
    } else if constexpr (N::wrong_arguments != count) {
        using Layer = type_at_t<N::wrong_arguments, Leaves>;
        return make_arguments_error<decltype(place_of<Net, N::wrong_arguments>()), Layer>();
    } else if constexpr (is_set(N::name_problem.reason)) {
        constexpr NameProblem names = N::name_problem;
        return make_name_error<decltype(place_of<Net, names.item, names.depth>()), entered_t<names.module>,
                               names.reason, names.first, names.second>();
    } else if constexpr (refusal.kind == GraphRefusal::shape_unknown) {
        return input_error<decltype(place_of<Net, refusal.leaf, refusal.depth>()), entered_t<refusal.type>>{};
    } else if constexpr (refusal.kind == GraphRefusal::cannot_run) {
        return make_module_error<N, decltype(place_of<Net, refusal.leaf, refusal.depth>()),
                                 entered_t<refusal.type>>(std::make_index_sequence<refusal.name_size>{});
    } else if constexpr (refusal.kind == GraphRefusal::unused) {
        return module_error<decltype(place_of<Net, refusal.leaf>()), entered_t<refusal.type>,
                            &forward_does_not_use_it_or_not_for_the_result>{};
    } else if constexpr (refusal.kind == GraphRefusal::no_indices) {
        return indices_error<decltype(place_of<Net, refusal.leaf, refusal.depth>()), entered_t<refusal.type>,
                             refusal.refusal>{};
    } else if constexpr (refusal.kind == GraphRefusal::differs) {
        return shape_error<decltype(place_of<Net, refusal.leaf>()), entered_t<refusal.type>,
                           is_given<shape_t<refusal.given[1].dims>>,
                           but<&its_parameters_are_shared_with_a_use_on, shape_t<refusal.given[0].dims>>,
                           change_it_or_a_layer_before_it>{};
    } else if constexpr (refusal.kind == GraphRefusal::does_not_fit) {
        using Layer = entered_t<refusal.type>;
        using Where = decltype(place_of<Net, refusal.leaf, refusal.depth>());
        if constexpr (refusal.given_count == 2) {
            return shape_error<Where, Layer,
                               are_given<decltype(given_operand<refusal.given[0]>()),
                                         decltype(given_operand<refusal.given[1]>())>,
                               but<refusal.refusal, shape_t<refusal.expected>>,
                               change_it_or_a_layer_before_it>{};
        } else {
            using Given = shape_t<refusal.given[0].dims>;
            return shape_error<Where, Layer, is_given<Given>, but<refusal.refusal, shape_t<refusal.expected>>,
                               typename RemedyOf<Layer, Given, refusal.refusal>::type>{};
        }
    } else if constexpr (refusal.kind == GraphRefusal::too_large) {
        using Where = decltype(place_of<Net, refusal.leaf, refusal.depth>());
        return size_error<Where, entered_t<refusal.type>, is_given<shape_t<refusal.given[0].dims>>>{};
    } else {
        return find_problem_of_size<Net>();
    }
}

/// The layer of the last node.
template <const auto& graph>
auto last_layer() {
    if constexpr (graph.nodes_count > 0)
        return Type<entered_t<graph.nodes[graph.nodes_count - 1].rules->type>>{};
    else
        return Type<TypeList<>>{};
}

}  // namespace detail

/// The constants of a network. Instantiating it checks the network; a wrong one is refused here, with one
/// sentence.
template <class Net>
struct Network : detail::NetworkCosts<Net> {
    using typename detail::NetworkCosts<Net>::Leaves;
    using typename detail::NetworkCosts<Net>::G;
    using detail::NetworkCosts<Net>::graph;
    using detail::NetworkCosts<Net>::parameters;
    using detail::NetworkCosts<Net>::parameter_tensors;
    /// Nodes of the graph: layers in the order of execution.
    static constexpr Size layer_count = G::nodes_count;
    static constexpr Size inputs = G::inputs;

    // A member and not a base: clang would go on to complain about the missing base.
    detail::RefuseUnlessFitting<decltype(detail::find_problem<Net>())> refused_here;
    /// False after a refusal; what would only repeat it in other words is then left out.
    static constexpr bool fits = std::is_same_v<decltype(detail::find_problem<Net>()), detail::no_error>;

    /// The layer of a node.
    template <Size I>
    using Layer = detail::entered_t<graph.nodes[I].rules->type>;
    using LastLayer = typename decltype(detail::last_layer<graph>())::type;

    static constexpr auto first_rows =
        detail::find_first_rows<Leaves::size>(parameters.rows, parameter_tensors);
    static constexpr auto needs_gradient = detail::find_needs(graph);

    static constexpr Size output = graph.outputs[0];
    static constexpr Size outputs = graph.output_count;
    template <Size K>
    using InputShapeOf = shape_t<graph.values[K].dims>;
    using InputShape = InputShapeOf<0>;
    template <Size O>
    using OutputShapeOf = shape_t<graph.values[graph.outputs[O]].dims>;
    using OutputShape = OutputShapeOf<0>;

    /// What the values of an output are, for the losses that ask.
    template <Size O>
    static constexpr OutputKind kind_of_output = graph.values[graph.outputs[O]].kind;
    static constexpr OutputKind output_kind = kind_of_output<0>;

    static constexpr Size find_parameter(std::string_view name) {
        for (Size i = 0; i != parameter_tensors; ++i)
            if (parameters.rows[i].name == name) return i;
        return parameter_tensors;
    }
};

namespace detail {

/// The answer of a network that is called itself.
template <class... X>
constexpr int refuse_call() {
    constexpr bool it_is_called_as_a_model = sizeof...(X) < 0;
    static_assert(it_is_called_as_a_model,
                  "strata: a network is a type, and a Model of it has the parameters: Model<Net> model; "
                  "model(x) (docs/errors.md#inputs)");
    return 0;
}

}  // namespace detail
}  // namespace strata
