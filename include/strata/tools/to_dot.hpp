#pragma once
// The graph of a network as a text for Graphviz:
//
//   std::ofstream("network.dot") << strata::to_dot<Net>();      // dot -Tsvg network.dot -o network.svg
//
// A node for each layer, function and parameter that the network runs, with its name and its shapes; a frame
// around what a module calls; an edge for each batch or tensor that goes from one to another. N is the batch.

#include <strata/core/config.hpp>
#include <strata/tools/call_tree.hpp>

namespace strata {

namespace detail {

class DotWriter {
public:
    explicit DotWriter(const CallTree& tree) : tree_(tree), source_(tree.values.size()) {}

    std::string text();

private:
    static std::string quoted(const std::string& text);
    void write_end(const char* what, Size index, Size count, std::string& name);
    void write_edge(Size value, const std::string& to);

    /// What the module `parent` calls, from call c on; returns the call behind it.
    Size write_calls(Size c, Size parent, const std::string& indent);
    void write_node(const Call& call, Size c, const std::string& indent);

    const CallTree& tree_;
    std::vector<std::string> source_;  ///< of each value: the node that writes it
    std::string text_, edges_;
};

}  // namespace detail

/// `Shapes` are those of the network's inputs, where it does not state them itself.
template <class Net, class... Shapes>
[[gnu::cold]] std::string to_dot() {
    if constexpr (detail::check_shapes<Net, Shapes...>()) {
        using Stated = detail::stated_t<Net, Shapes...>;
        if constexpr (Network<Stated>::fits)
            return detail::DotWriter(detail::make_call_tree<Stated>()).text();
        else
            return {};
    } else {
        return {};
    }
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION std::string DotWriter::text() {
    text_ = "digraph network {\n"
            "    node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\", "
            "fontsize=11];\n"
            "    edge [fontname=\"Helvetica\", fontsize=9];\n"
            "    fontname=\"Helvetica\"; fontsize=11; labeljust=l; style=rounded; color=gray;\n";
    for (Size k = 0; k < tree_.inputs.size(); ++k)
        write_end("input", k, tree_.inputs.size(), source_[tree_.inputs[k]]);
    write_calls(0, no_index, "    ");
    std::string last;
    for (Size o = 0; o < tree_.outputs.size(); ++o) {
        write_end("output", o, tree_.outputs.size(), last);
        write_edge(tree_.outputs[o], last);
    }
    return text_ + edges_ + "}\n";
}

STRATA_FUNCTION std::string DotWriter::quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n')
            result += "\\n";
        else
            result += c;
    }
    return result + "\"";
}

STRATA_FUNCTION void DotWriter::write_end(const char* what, Size index, Size count, std::string& name) {
    name = count == 1 ? what : message(what, index);
    text_ += message("    ", name, " [label=", quoted(count == 1 ? what : message(what, " ", index)),
                     ", shape=ellipse, style=filled, fillcolor=gray90];\n");
}

STRATA_FUNCTION void DotWriter::write_edge(Size value, const std::string& to) {
    edges_ += message("    ", source_[value], " -> ", to,
                      " [label=", quoted(text_of_shape(tree_.values[value], "N")), "];\n");
}

STRATA_FUNCTION Size DotWriter::write_calls(Size c, Size parent, const std::string& indent) {
    while (c < tree_.calls.size() && tree_.calls[c].parent == parent) {
        const Call& call = tree_.calls[c];
        if (!call.is_module) {
            write_node(call, c++, indent);
        } else if (parent == no_index) {  // the network itself needs no frame
            c = write_calls(c + 1, c, indent);
        } else {
            text_ += message(indent, "subgraph cluster_", c, " {\n", indent,
                             "    label=", quoted(message(call.name, ": ", call.layer)), ";\n");
            c = write_calls(c + 1, c, indent + "    ");
            text_ += indent + "}\n";
        }
    }
    return c;
}

STRATA_FUNCTION void DotWriter::write_node(const Call& call, Size c, const std::string& indent) {
    const std::string node = message("call", c), into = text_of_shapes(tree_.operands(call.inputs), "N");
    std::string label = call.layer;
    if (!call.is_function && !call.name.empty())
        label += message("\n", call.name, call.is_shared ? " (shared)" : "");
    label +=
        message("\n", into, into.empty() ? "" : " -> ", text_of_shapes(tree_.operands(call.outputs), "N"));
    text_ += message(indent, node, " [label=", quoted(label),
                     call.inputs.empty() ? ", fillcolor=lightyellow" : "", "];\n");
    source_[call.outputs[0]] = node;
    for (const Size value : call.inputs) write_edge(value, node);
}

}  // namespace strata::detail
#endif
