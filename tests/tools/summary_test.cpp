// The table of a network: against torchinfo's numbers, and where there is more to say than torchinfo does.

#include "catch.hpp"
#include "device.hpp"

#include <sstream>
#include <strata/layers/batch_norm1d.hpp>
#include <strata/layers/conv2d.hpp>
#include <strata/layers/embedding.hpp>
#include <strata/layers/flatten.hpp>
#include <strata/layers/functions/arithmetic.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/leaky_relu.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/max_pool2d.hpp>
#include <strata/layers/relu.hpp>
#include <strata/layers/select.hpp>
#include <strata/models/model.hpp>
#include <strata/models/module.hpp>
#include <strata/models/parallel.hpp>
#include <strata/models/residual.hpp>
#include <strata/tools/summary.hpp>

using namespace strata;

namespace summary_test {

struct Block : Module<Named<"fc1", Linear<16>>, Named<"fc2", Linear<16>>, Parameter<"scale", Shape<16>>> {
    static constexpr auto forward(auto self, auto x) {
        const auto unused = relu(self["fc2"](x));  // does not run, and does not count
        (void)unused;
        return self["fc2"](relu(self["fc1"](x)) + self["scale"]) + leaky_relu(self["fc1"](x), 0.2);
    }
};
template <int N, bool B, class T>
struct Mixed {};
struct Option {
    int first;
    long long second;
};
template <auto... Options>
struct WithOptions {};
enum class Colour { red, green };
struct Stated {
    static std::string layer_name() { return "as it says itself"; }
};

using Cnn = Sequential<Input<1, 28, 28>, Conv2d<8, 3>, ReLU, MaxPool2d<2>, Flatten, Linear<16>,
                       Residual<Linear<16>, ReLU>, Linear<10, no_bias>>;
using Modules = Sequential<Input<16>, Block, BatchNorm1d<>, Sequential<ReLU, Linear<3>>>;

std::vector<std::string> layers_of(const Summary& summary) {
    std::vector<std::string> all;
    for (const SummaryRow& row : summary.rows) all.push_back(std::string(2 * row.depth, ' ') + row.layer);
    return all;
}
std::vector<std::string> names_of(const Summary& summary) {
    std::vector<std::string> all;
    for (const SummaryRow& row : summary.rows) all.push_back(row.name);
    return all;
}
template <class Number>
std::vector<Size> numbers_of(const Summary& summary, Number SummaryRow::*member) {
    std::vector<Size> all;
    for (const SummaryRow& row : summary.rows) all.push_back(row.*member);
    return all;
}

}  // namespace summary_test

using namespace summary_test;

TEST_CASE("Layers are called what their users write, by every compiler") {
    CHECK(layer_name<ReLU>() == "ReLU");
    CHECK(layer_name<Linear<784ul, 10u, no_bias>>() == "Linear<784, 10, no_bias>");
    CHECK(layer_name<Conv2d<32, 3, stride<2>, padding<1, 2>, groups<4>, PaddingMode::reflect>>() ==
          "Conv2d<32, 3, stride<2>, padding<1, 2>, groups<4>, PaddingMode::reflect>");
    CHECK(layer_name<Conv2d<32, kernel<3, 5>, same_padding>>() == "Conv2d<32, kernel<3, 5>, same_padding>");
    CHECK(layer_name<MaxPool2d<2, ceil_mode>>() == "MaxPool2d<2, ceil_mode>");
    CHECK(layer_name<Input<1, 28, 28>>() == "Input<1, 28, 28>");
    CHECK(layer_name<Embedding<10, 4, padding_index<2>>>() == "Embedding<10, 4, padding_index<2>>");
    CHECK(layer_name<Select<1, -1>>() == "Select<1, -1>");
    CHECK(layer_name<LSTM<8, num_layers<2>, bidirectional>>() == "LSTM<8, num_layers<2>, bidirectional>");
    CHECK(layer_name<Sequential<Linear<3>, ReLU>>() == "Sequential");
    CHECK(layer_name<Parameter<"scale", Shape<3>>>() == "Parameter");
    CHECK(layer_name<Block>() == "Block");
    CHECK(layer_name<Stated>() == "as it says itself");
    CHECK(layer_name<Mixed<-3, true, Mixed<4, false, Block>>>() == "Mixed<-3, true, Mixed<4, false, Block>>");
    CHECK(layer_name<WithOptions<Option{1, -2}, Colour::green>>() ==
          "WithOptions<option<1, -2>, Colour::green>");
    struct Local {};
    CHECK(layer_name<Local>() == "Local");
}

// torchinfo 1.8, summary(net, input_size=(64, 1, 28, 28)), of the same network in PyTorch 1.13: parameters
// 80, 21,648, 272, 160, in all 22,160; mult-adds 3,461,120, 1,385,472, 17,408, 10,240. It counts a bias as
// one multiplication and addition for each output, and all 64 samples.
TEST_CASE("A network's parameters and shapes are torchinfo's") {
    const Summary s = summary<Cnn>({.batch = 64});
    CHECK(layers_of(s) == std::vector<std::string>{"Sequential", "  Input<1, 28, 28>", "  Conv2d<8, 3>",
                                                   "  ReLU", "  MaxPool2d<2>", "  Flatten", "  Linear<16>",
                                                   "  Residual", "    Linear<16>", "    ReLU", "    Add",
                                                   "  Linear<10, no_bias>"});
    CHECK(names_of(s) ==
          std::vector<std::string>{"", "", "0", "1", "2", "3", "4", "5", "5.0", "5.1", "5", "6"});
    CHECK(numbers_of(s, &SummaryRow::parameters) ==
          std::vector<Size>{0, 0, 80, 0, 0, 0, 21648, 0, 272, 0, 0, 160});
    const Size biases[] = {0, 0, 8 * 26 * 26, 0, 0, 0, 16, 0, 16, 0, 0, 0};
    const Size torchinfo[] = {0, 0, 3461120, 0, 0, 0, 1385472, 0, 17408, 0, 0, 10240};
    for (Size i = 0; i < s.rows.size(); ++i)
        CHECK(64 * (s.rows[i].multiply_adds + biases[i]) == torchinfo[i]);
    CHECK(s.rows[2].output_shape() == dims(8, 26, 26));
    CHECK(s.rows[4].output_shape() == dims(8, 13, 13));
    CHECK(s.rows[5].output_shape() == dims(8 * 13 * 13));
    CHECK(s.rows[0].output_shape() == dims(10));

    CHECK(s.parameters == 22160);
    CHECK(s.trainable_parameters == 22160);
    CHECK(s.buffers == 0);
    CHECK(s.parameters == Model<Cnn>::parameter_count);
    CHECK(s.multiply_adds == Model<Cnn>::multiply_adds);
    CHECK(s.parameter_bytes == 4 * 22160);
}

TEST_CASE("Bytes are the plan's, for any batch and type") {
    for (const Size batch : {1, 16, 33}) {
        const Summary s = summary<Cnn>({.batch = batch});
        CHECK(s.training.planned == Model<Cnn>::training_bytes(batch));
        CHECK(s.inference.planned == Model<Cnn>::inference_bytes(batch));
        CHECK(s.training.unshared > s.training.planned);
        CHECK(s.inference.unshared > s.inference.planned);
        CHECK(s.training.unshared > s.inference.unshared);
    }
    using Doubles = test::Model<Sequential<Linear<3, 4>>, double>;
    CHECK(summary(Doubles{}).training.planned == Doubles::training_bytes(1));
    CHECK(summary(Doubles{}).parameter_bytes == 8 * 16);
}

TEST_CASE("Functions, shared layers, parameters of a module's own and buffers have their rows") {
    const Summary s = summary<Modules>();
    std::vector<std::string> layers = layers_of(s), names = names_of(s);
    CHECK(layers.size() == 15);
    CHECK(std::vector<std::string>(layers.begin(), layers.begin() + 4) ==
          std::vector<std::string>{"Sequential", "  Input<16>", "  Block", "    Parameter"});
    CHECK(std::vector<std::string>(layers.begin() + 11, layers.end()) ==
          std::vector<std::string>{"  BatchNorm1d<>", "  Sequential", "    ReLU", "    Linear<3>"});
    CHECK(names[3] == "0.scale");
    CHECK(names[14] == "2.1");

    Size functions = 0, shared = 0, slopes = 0;
    for (const SummaryRow& row : s.rows) {
        functions += row.is_function;
        shared += row.is_shared;
        slopes += row.layer == "LeakyReLU(0.2)";
        CHECK(!(row.is_shared && row.parameters > 0));
        if (row.is_function) CHECK(row.name == "0");
    }
    CHECK(functions == 4);  // +, relu, leaky_relu, +
    CHECK(slopes == 1);
    CHECK(shared == 1);  // fc1, the second time
    CHECK(s.parameters == 2 * (16 * 16 + 16) + 16 + 2 * 16 + 16 * 3 + 3);
    CHECK(s.parameters == Model<Modules>::parameter_count);
    CHECK(s.buffers == 2 * 16 + 1);
    CHECK(s.rows[11].buffers == 33);
    CHECK(s.multiply_adds == Model<Modules>::multiply_adds);
    CHECK_FALSE(s.rows[3].outputs[0].batched);
}

TEST_CASE("What is frozen is not trainable") {
    test::Model<Modules> model;
    CHECK(summary(model).trainable_parameters == summary(model).parameters);
    model.freeze("0.");
    const Summary s = summary(model);
    CHECK(s.parameters == Model<Modules>::parameter_count);
    CHECK(s.trainable_parameters == 2 * 16 + 16 * 3 + 3);
    CHECK(s.rows[3].trainable_parameters == 0);
    CHECK(s.text().find("(16)") != std::string::npos);
}

TEST_CASE("The shape of the input can be said apart from the network, which keeps its names") {
    const Summary s = summary<Block, Shape<16>>();
    CHECK(s.rows[0].layer == "Block");
    CHECK(s.rows[1].name == "scale");
    CHECK(s.parameters == 2 * (16 * 16 + 16) + 16);
    const Summary linear = summary<Linear<3, no_bias>, Shape<7>>();
    CHECK(layers_of(linear) == std::vector<std::string>{"Linear<3, no_bias>"});
    CHECK(linear.parameters == 21);
    const Summary two = summary<Add, Shape<3>, Shape<3>>();
    CHECK(layers_of(two) == std::vector<std::string>{"Add"});
}

TEST_CASE("As a text") {
    const Summary s = summary<Parallel<Linear<2000>, Sequential<ReLU, Linear<4>>>, Shape<5>>();
    const auto bytes = [](const SummaryBytes& of) {
        return message("batch of 1: ", strata::detail::with_commas(of.planned),
                       " (without sharing memory: ", strata::detail::with_commas(of.unshared), ")\n");
    };
    CHECK(s.text() ==
          R"(Layer           Name  Output shape       Parameters  Multiply-adds
------------------------------------------------------------------
Parallel              [N, 2000], [N, 4]          --             --
  Linear<2000>  0     [N, 2000]              12,000         10,000
  Sequential    1     [N, 4]                     --             --
    ReLU        1.0   [N, 5]                     --             --
    Linear<4>   1.1   [N, 4]                     24             20
------------------------------------------------------------------
Parameters: 12,024
  trainable: 12,024
  frozen: 0
Buffers: 0
Multiply-adds per sample: 10,020
Bytes of parameters: 48,096
Bytes of activations, training, )" +
              bytes(s.training) + "Bytes of activations, inference, " + bytes(s.inference));
    std::ostringstream stream;
    stream << summary<Linear<3, 4>>({.batch = 2}) << "end";
    CHECK(stream.str() == summary<Linear<3, 4>>({.batch = 2}).text() + "end");
    CHECK(stream.str().find("[2, 4]") != std::string::npos);
    CHECK(stream.str().find("per batch of 2: 24") != std::string::npos);
}
