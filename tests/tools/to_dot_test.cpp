// The graph of a network as a text for Graphviz.

#include "catch.hpp"
#include "device.hpp"

#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/relu.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/residual.hpp>
#include <strata/tools/to_dot.hpp>

using namespace strata;

namespace to_dot_test {

struct Inner : Module<> {
    static constexpr auto forward(auto x) { return relu(x); }
};
struct Block : Module<Named<"fc", Linear<3>>, Named<"inner", Inner>, Parameter<"shift", Shape<3>>> {
    static constexpr auto forward(auto self, auto x, auto z) {
        const auto unused = self["fc"](z);  // is not in the picture
        (void)unused;
        return self["inner"](self["fc"](x)) + self["shift"];
    }
};
struct Net : Module<Named<"first", Block>, Named<"last", Linear<2>>> {
    static constexpr auto forward(auto self, auto x, auto z) { return self["last"](self["first"](x, z)); }
};

Size count(const std::string& text, const std::string& part) {
    Size n = 0;
    for (Size at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++n;
    return n;
}
/// Braces and quotation marks in pairs.
bool is_balanced(const std::string& text) {
    long depth = 0;
    bool quoted = false;
    for (Size i = 0; i < text.size(); ++i) {
        if (text[i] == '"' && text[i - 1] != '\\') quoted = !quoted;
        if (!quoted) depth += (text[i] == '{') - (text[i] == '}');
        if (depth < 0) return false;
    }
    return depth == 0 && !quoted;
}

}  // namespace to_dot_test

using namespace to_dot_test;

TEST_CASE("A chain of layers, word for word") {
    const std::string text = to_dot<Sequential<Linear<4, 3>, ReLU>>();
    CHECK(text.substr(0, text.find('\n')) == "digraph network {");
    CHECK(text.substr(text.find("    input [")) ==
          R"(    input [label="input", shape=ellipse, style=filled, fillcolor=gray90];
    call1 [label="Linear<4, 3>\n0\n[N, 4] -> [N, 3]"];
    call2 [label="ReLU\n1\n[N, 3] -> [N, 3]"];
    output [label="output", shape=ellipse, style=filled, fillcolor=gray90];
    input -> call1 [label="[N, 4]"];
    call1 -> call2 [label="[N, 3]"];
    call2 -> output [label="[N, 3]"];
}
)");
}

TEST_CASE("Modules are frames, parameters and functions nodes, and what nothing needs is left out") {
    const std::string text = to_dot<Net, Shape<4>, Shape<4>>();
    CHECK(is_balanced(text));
    CHECK(count(text, "subgraph cluster") == 2);
    CHECK(text.find("label=\"first: Block\"") != std::string::npos);
    CHECK(text.find("label=\"first.inner: Inner\"") != std::string::npos);
    CHECK(text.find("\"input 0\"") != std::string::npos);
    CHECK(text.find("\"input 1\"") != std::string::npos);
    CHECK(text.find("\"Parameter\\nfirst.shift\\n[3]\"") != std::string::npos);
    CHECK(text.find("\"Add\\n[N, 3], [3] -> [N, 3]\"") != std::string::npos);
    CHECK(count(text, "first.fc") == 1);
    // Edges: fc, relu, two into the sum, last, the output. The second input leads nowhere.
    CHECK(count(text, " -> call") + count(text, " -> output") == 6);
    CHECK(count(text, "input1 ->") == 0);
}

TEST_CASE("Several outputs, and branches that meet") {
    const std::string text = to_dot<Sequential<Residual<ReLU>, Parallel<Linear<2>, Linear<3>>>, Shape<5>>();
    CHECK(is_balanced(text));
    CHECK(text.find("\"output 0\"") != std::string::npos);
    CHECK(text.find("\"output 1\"") != std::string::npos);
    CHECK(count(text, "input ->") == 2);  // into ReLU and into the sum
    CHECK(text.find("-> output1 [label=\"[N, 3]\"]") != std::string::npos);
}
