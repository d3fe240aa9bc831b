#pragma once
// The names of a network's layers and parameters. They are worked out here and nowhere else: a name is the way
// from the outermost layer inwards, one segment for each layer, "2.attention.weight".
//
// Children are counted from 0, but for those that do not count (Input). A composite that calls them something
// else says so: `static constexpr std::string_view child_name(Size position)`, empty for the number; and one
// that is not to be seen in the names has a member `passes_its_name_on`.

#include <strata/core/network/parameter_name.hpp>
#include <strata/core/network/trace_layers.hpp>

namespace strata::detail {

/// The last segment of a name, and the way to it. The outermost layer has none.
struct NamePath {
    const NamePath* above = nullptr;
    std::string_view name{};  ///< or, if it is empty, the number
    Size number = 0;
    Size length = 0;  ///< of the whole, with the dots

    constexpr NamePath() = default;
    constexpr NamePath(const NamePath& path, std::string_view given, Size index)
        : above(&path), name(given), number(index) {
        Size own = name.size();
        if (name.empty())
            for (own = 1; index >= 10; index /= 10) ++own;
        length = path.length + (path.length > 0 ? 1 : 0) + own;
    }
    /// Writes the name, `length` characters.
    constexpr void write(char* text) const {
        for (const NamePath* path = this; path->above != nullptr; path = path->above) {
            char* at = text + path->length;
            Size rest = path->number;
            if (path->name.empty()) do
                    *--at = static_cast<char>('0' + rest % 10);
                while ((rest /= 10) > 0);
            for (Size i = path->name.size(); i-- > 0;) *--at = path->name[i];
            if (at != text) *--at = '.';
        }
    }
};

/// Calls `sink.template visit<Layer>(path)` for a layer, and then for those that it is made of. A parameter of
/// a module's own comes with the path of the module, because its list of parameters has the name.
template <class Layer, class Sink>
constexpr void visit_names(Sink& sink, const NamePath& path);

template <class Parent, class Child, class Sink>
constexpr void visit_child_names(Sink& sink, const NamePath& path, Size position, Size& number) {
    constexpr bool counts = !traits_of<Child>().unnamed;
    if constexpr (!counts || OwnParameter<Child> || requires { Parent::passes_its_name_on; })
        visit_names<Child>(sink, path);
    else if constexpr (requires { Parent::child_name(position); })
        visit_names<Child>(sink, NamePath(path, Parent::child_name(position), number));
    else
        visit_names<Child>(sink, NamePath(path, {}, number));
    if (counts) ++number;
}
template <class Parent, class... Children, class Sink>
constexpr void visit_names_of_children(TypeList<Children...>, Sink& sink, const NamePath& path) {
    [[maybe_unused]] Size position = 0, number = 0;
    (visit_child_names<Parent, Children>(sink, path, position++, number), ...);
}
template <class Layer, class Sink>
constexpr void visit_names(Sink& sink, const NamePath& path) {
    sink.template visit<Layer>(path);
    if constexpr (Composite<Layer>) visit_names_of_children<Layer>(typename Layer::children{}, sink, path);
}

/// Writes the names of all parameters one behind the other, a zero behind each; or counts their characters,
/// where it has no text.
struct NameWriter {
    char* text = nullptr;
    Size* ends = nullptr;
    Size written = 0;

    template <class Layer>
    constexpr void visit(const NamePath& path) {
        if constexpr (!Composite<Layer> && parameter_count_of<Layer> != 0) {
            const auto list = parameters_of<Layer>(Dims{});  // nvcc 13 would not keep it alive
            for (const ParameterSpec& spec : list.items) add(NamePath(path, spec.name, 0));
        }
    }
    constexpr void add(const NamePath& path) {
        if (text != nullptr) path.write(text + written);
        written += path.length;
        if (text != nullptr) *ends++ = written;
        ++written;  // a zero
    }
};

template <class Net>
constexpr Size count_name_characters() {
    NameWriter writer;
    visit_names<Net>(writer, NamePath{});
    return writer.written;
}

/// The names of a network's parameters, in the order of its table.
template <Size Count, Size Characters>
struct ParameterNames {
    char text[Characters + 1] = {};
    Size ends[Count + 1] = {};

    constexpr TensorName operator[](Size row) const {
        const Size begin = row == 0 ? 0 : ends[row - 1] + 1;
        return {text + begin, ends[row] - begin};
    }
};
template <class Net, Size Count>
constexpr auto make_parameter_names() {
    ParameterNames<Count, count_name_characters<Net>()> names;
    NameWriter writer{names.text, names.ends};
    visit_names<Net>(writer, NamePath{});
    return names;
}

/// Two members of a module with one name, or one whose name cannot be. Positions are those in its list.
struct NameProblem {
    Reason reason = nullptr;
    Size item = 0, depth = 0;  ///< where the module stands
    TypeMark module = nullptr;
    Size first = 0, second = 0;
};

template <class Layer>
constexpr void find_name_problem(NameProblem& problem, Place place);
template <class... Children>
constexpr void find_name_problem_of(TypeList<Children...>, NameProblem& problem, Place place) {
    ++place.depth;
    ((find_name_problem<Children>(problem, place), place.item += count_items<Children>()), ...);
}
template <class Layer>
constexpr void find_name_problem(NameProblem& problem, Place place) {
    if constexpr (Composite<Layer>) {
        if constexpr (requires { Layer::name_problem; }) {
            if (!is_set(problem.reason) && is_set(Layer::name_problem.reason))
                problem = {Layer::name_problem.reason,
                           place.item,
                           place.depth,
                           enter<Layer>,
                           Layer::name_problem.first,
                           Layer::name_problem.second};
        }
        find_name_problem_of(typename Layer::children{}, problem, place);
    }
}

}  // namespace strata::detail
