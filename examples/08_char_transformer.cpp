// A small causal transformer that learns to write, character by character, from a text file: by default its
// own source. It prints what it writes before, while and after it learns.
//
//   08_char_transformer [text file] [steps]

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <strata/strata.hpp>
#include <string>
#include <vector>

namespace st = strata;

constexpr int context = 64;     // characters that it sees
constexpr int characters = 96;  // the printable ones of ASCII; a line's end is the last one
constexpr int model_width = 64;

using Block =
    st::TransformerEncoderLayer<model_width, 4, 128, st::causal, st::norm_first, st::gelu_activation>;

struct Writer : st::Module<st::Named<"token", st::Embedding<characters, model_width>>,
                           st::Parameter<"position", st::Shape<context, model_width>>,
                           st::Named<"blocks", st::Sequential<Block, Block>>,
                           st::Named<"norm", st::LayerNorm<model_width>>,
                           st::Named<"head", st::Linear<model_width, characters>>> {
    using input_shapes = st::InputShapes<st::Shape<context>>;

    static constexpr auto forward(auto self, auto x) {
        const auto h = self["blocks"](self["token"](x) + self["position"]);  // (context, model_width)
        return transpose(self["head"](self["norm"](h)), 1, 2);  // (characters, context): classes come first
    }
};

std::int64_t code_of(char c) {
    return c == '\n' ? characters - 1 : std::clamp<int>(c - ' ', 0, characters - 2);
}
char character_of(std::int64_t code) { return code == characters - 1 ? '\n' : static_cast<char>(' ' + code); }

std::vector<std::int64_t> read(const char* path) {
    std::ifstream file(path, std::ios::binary);
    std::vector<std::int64_t> text;
    std::transform(std::istreambuf_iterator<char>(file), {}, std::back_inserter(text), code_of);
    return text;
}

/// What the model writes after a beginning.
std::string write(const st::Model<Writer>& model, const std::string& beginning, int length,
                  double temperature) {
    st::Predictor predictor{model};
    std::string text = beginning;
    xt::xtensor<std::int64_t, 2> x({1, context});
    for (int i = 0; i < length; ++i) {
        const int seen = std::min<int>(context, static_cast<int>(text.size()));
        for (int t = 0; t < context; ++t)  // what lies behind the last character is not looked at
            x(0, t) = t < seen ? code_of(text[text.size() - static_cast<std::size_t>(seen - t)]) : 0;
        const auto logits = predictor(x);  // (1, characters, context)
        double weights[characters], total = 0;
        for (int c = 0; c < characters; ++c)
            total += weights[c] = std::exp((logits(0, c, seen - 1) - logits(0, 0, seen - 1)) / temperature);
        float random = 0;
        st::uniform_(&random, 1, 0, 1, st::default_generator());
        int chosen = 0;
        for (double left = random * total - weights[0]; left > 0 && chosen + 1 < characters;
             left -= weights[chosen])
            ++chosen;
        text += character_of(chosen);
    }
    return text;
}

int main(int argc, char** argv) {
    const auto text = read(argc > 1 ? argv[1] : __FILE__);
    const int steps = argc > 2 ? std::stoi(argv[2]) : 400;
    if (text.size() <= context + 1) {
        std::printf(
            "%s: found %zu characters, expected more than %d; 08_char_transformer FILE takes another text\n",
            argc > 1 ? argv[1] : __FILE__, text.size(), context + 1);
        return 1;
    }

    st::manual_seed(42);
    st::Model<Writer> model;
    st::Trainer trainer{model, st::CrossEntropyLoss{}, st::AdamW{.lr = 2e-3}};
    xt::xtensor<std::int64_t, 2> x({32, context}), y({32, context});
    double first = 0, loss = 0;
    for (int step = 0; step < steps; ++step) {
        for (std::size_t i = 0; i < 32; ++i) {  // pieces of the text, and the same one character on
            const auto begin = st::default_generator().random() % (text.size() - context);
            for (std::size_t t = 0; t < context; ++t) {
                x(i, t) = text[begin + t];
                y(i, t) = text[begin + t + 1];
            }
        }
        loss = trainer.step(x, y).loss;
        if (step == 0) first = loss;
        if (step % 100 == 0 || step + 1 == steps) std::printf("step %4d, loss %.3f\n", step + 1, loss);
    }
    std::printf("\n%s\n", write(model, "int main", 300, 0.5).c_str());
    st::save(model, "08_char_transformer.safetensors");
    return loss < 0.6 * first ? 0 : 1;
}
