#pragma once
// The name of a layer as its user writes it: `Conv2d<32, 3, stride<2>, no_bias>`, without namespaces, and the
// same from every compiler.
//
// Compilers spell types differently, and clang leaves out the type of an option that is a class. So the name
// of a template of values, as most layers are, is put together from its values; what else there is, is read
// from the compiler's spelling. A layer may also state it:
//
//   static std::string layer_name() { return "MyLayer"; }

#include <algorithm>
#include <cstdlib>
#include <strata/core/config.hpp>
#include <strata/core/message.hpp>
#include <strata/core/network/network.hpp>
#include <string>
#include <string_view>

namespace strata {

namespace detail {

template <class T>
constexpr const char* spelling_of_type() {
    return __PRETTY_FUNCTION__;  // ...[with T = int] or ...[T = int]
}
template <auto V>
constexpr const char* spelling_of_value() {
    return __PRETTY_FUNCTION__;
}
[[gnu::cold]] std::string_view spelling_behind(std::string_view text, std::string_view key);

/// The first `wanted` outside of all brackets, from `from` on, or the end.
[[gnu::cold]] Size find_outside(std::string_view text, std::string_view wanted, Size from = 0);

/// Without namespaces and classes around it; also those without a name, which each compiler spells in its own
/// way.
[[gnu::cold]] std::string_view without_scopes(std::string_view name, std::string_view* scope = nullptr);

/// `PaddingIndex` is the type of what users write as `padding_index`.
[[gnu::cold]] std::string snake_case(std::string_view name);

/// An option that is an enumerator. Those of one value have a name of their own: Bias::none is no_bias, and
/// CeilMode::on is ceil_mode.
[[gnu::cold]] std::string name_of_enumerator(std::string_view type, std::string_view enumerator);

/// The numbers between the braces of a spelling such as Stride{Extents{1, long int [2]{2, 0}}}.
[[gnu::cold]] std::string numbers_in_braces(std::string_view text);

template <auto V>
[[gnu::cold]] std::string name_of_value() {
    using T = std::remove_cv_t<decltype(V)>;
    const std::string_view type = without_scopes(spelling_behind(spelling_of_type<T>(), "T = "));
    if constexpr (std::is_same_v<T, bool>) {
        return V ? "true" : "false";
    } else if constexpr (std::is_integral_v<T>) {
        return std::to_string(V);
    } else if constexpr (std::is_enum_v<T>) {
        return name_of_enumerator(type, without_scopes(spelling_behind(spelling_of_value<V>(), "V = ")));
    } else if constexpr (requires { V.rows == V.columns; }) {  // Stride, Kernel, ...: one number for both
        const std::string columns = V.rows == V.columns ? "" : message(", ", V.columns);
        return message(snake_case(type), "<", V.rows, columns, ">");
    } else if constexpr (requires { V.count < sizeof(V.extent) && V.extent[0]; }) {  // OutputSize
        std::string numbers;
        for (Size i = 0; i < V.count; ++i) numbers += (i > 0 ? ", " : "") + message(V.extent[i]);
        return message(snake_case(type), "<", numbers, ">");
    } else {
        return message(snake_case(type), "<", numbers_in_braces(spelling_of_value<V>()), ">");
    }
}

/// The name read from a compiler's spelling.
[[gnu::cold]] std::string name_of_spelling(std::string_view text);
[[gnu::cold]] std::string name_of_template(std::string_view spelling);

template <class T>
struct TypeName {
    static std::string text() { return name_of_spelling(spelling_behind(spelling_of_type<T>(), "T = ")); }
};
template <template <auto...> class Layer, auto... Arguments>
struct TypeName<Layer<Arguments...>> {
    static std::string text() {
        std::string all;
        ((all += (all.empty() ? "" : ", ") + name_of_value<Arguments>()), ...);
        return message(name_of_template(spelling_behind(spelling_of_type<Layer<Arguments...>>(), "T = ")),
                       "<", all, ">");
    }
};

}  // namespace detail

/// The name of a layer, a module or an option.
template <class Layer>
[[gnu::cold]] std::string layer_name() {
    if constexpr (requires { std::string(Layer::layer_name()); })
        return Layer::layer_name();
    else if constexpr (detail::OwnParameter<Layer>)
        return "Parameter";
    else if constexpr (detail::Container<Layer>)  // its layers stand on lines of their own
        return detail::name_of_template(detail::spelling_behind(detail::spelling_of_type<Layer>(), "T = "));
    else
        return detail::TypeName<Layer>::text();
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION std::string_view spelling_behind(std::string_view text, std::string_view key) {
    text.remove_prefix(text.find(key) + key.size());
    return text.substr(0, text.rfind(']'));
}

STRATA_FUNCTION Size find_outside(std::string_view text, std::string_view wanted, Size from) {
    int depth = 0;
    for (Size i = from; i < text.size(); ++i) {
        if (depth == 0 && text.substr(i, wanted.size()) == wanted) return i;
        depth += text[i] == '<' || text[i] == '(' || text[i] == '{' || text[i] == '[';
        depth -= text[i] == '>' || text[i] == ')' || text[i] == '}' || text[i] == ']';
    }
    return text.size();
}

STRATA_FUNCTION std::string_view without_scopes(std::string_view name, std::string_view* scope) {
    for (Size end = find_outside(name, "::"); end < name.size(); end = find_outside(name, "::")) {
        if (scope != nullptr) *scope = name.substr(0, end);
        name.remove_prefix(end + 2);
    }
    return name;
}

STRATA_FUNCTION std::string snake_case(std::string_view name) {
    std::string result;
    for (Size i = 0; i < name.size(); ++i) {
        const bool upper = name[i] >= 'A' && name[i] <= 'Z';
        if (upper && i > 0) result += '_';
        result += upper ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
    }
    return result;
}

STRATA_FUNCTION std::string name_of_enumerator(std::string_view type, std::string_view enumerator) {
    if (enumerator == "none" || enumerator == "off") return message("no_", snake_case(type));
    if (enumerator == "on" || enumerator == "same") return snake_case(type);
    return message(type, "::", enumerator);
}

STRATA_FUNCTION std::string numbers_in_braces(std::string_view text) {
    std::string result;
    text.remove_prefix(std::min(text.find('{'), text.size()));
    for (Size i = 0; i < text.size(); ++i) {
        if (text[i] == '[') i = text.find(']', i);
        const bool begins = (text[i] >= '0' && text[i] <= '9') || text[i] == '-';
        const bool in_a_word = text[i - 1] != '{' && text[i - 1] != ' ' && text[i - 1] != ',';
        if (!begins || in_a_word) continue;
        char* end = nullptr;
        const double number = std::strtod(text.data() + i, &end);
        result += (result.empty() ? "" : ", ") + message(number);
        i = static_cast<Size>(end - text.data()) - 1;
    }
    return result;
}

STRATA_FUNCTION std::string name_of_spelling(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    std::string_view scope;
    text = without_scopes(text, &scope);
    if (text.find('{') < text.find('<'))
        return message(snake_case(text.substr(0, text.find('{'))), "<", numbers_in_braces(text), ">");
    if (!text.empty() && ((text[0] >= '0' && text[0] <= '9') || text[0] == '-'))
        return std::string(text.substr(0, text.find_last_not_of("uUlL") + 1));
    const Size open = text.find('<');
    if (open >= text.size()) {
        scope = without_scopes(scope);
        const bool enumerator =
            !scope.empty() && scope[0] >= 'A' && scope[0] <= 'Z' && text[0] >= 'a' && text[0] <= 'z';
        return enumerator ? name_of_enumerator(scope, text) : std::string(text);
    }
    std::string result(text.substr(0, open + 1));
    std::string_view arguments = text.substr(open + 1, text.rfind('>') - open - 1);
    for (bool first = true; !arguments.empty(); first = false) {
        const Size end = find_outside(arguments, ",");
        result += (first ? "" : ", ") + name_of_spelling(arguments.substr(0, end));
        arguments.remove_prefix(std::min(end + 1, arguments.size()));
    }
    return result + ">";
}

STRATA_FUNCTION std::string name_of_template(std::string_view spelling) {
    const std::string_view text = without_scopes(spelling);
    return std::string(text.substr(0, text.find('<')));
}

}  // namespace strata::detail
#endif
