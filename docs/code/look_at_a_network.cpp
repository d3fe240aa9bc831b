// Quoted by docs/how_to/look_at_a_network.md: tables and pictures of networks.

#include <algorithm>
#include <fstream>
#include <iostream>
#include <strata/strata.hpp>

namespace st = strata;

// [network]
/// Channels are weighted by what is in them (J. Hu et al., Squeeze-and-Excitation Networks, 2018).
struct Squeeze : st::Module<st::Named<"down", st::Linear<4>>, st::Named<"up", st::Linear<16>>> {
    static constexpr auto forward(auto self, auto x) {
        return x * st::reshape<16, 1, 1>(sigmoid(self["up"](relu(self["down"](mean(x, {2, 3}))))));
    }
};

using Net = st::Sequential<st::Input<1, 28, 28>, st::Conv2d<16, 3, st::stride<2>>, st::BatchNorm2d<>,
                           st::ReLU, Squeeze, st::Residual<st::Conv2d<16, 3, st::padding<1>>, st::ReLU>,
                           st::MaxPool2d<2>, st::Flatten, st::Linear<10>>;
// [network]

int main() {
    // [summary]
    std::cout << st::summary<Net>({.batch = 64});
    // [summary]

    // [model]
    st::Model<Net> model;
    model.freeze("0.");
    const st::Summary table = st::summary(model);
    std::cout << table.trainable_parameters << " of " << table.parameters << " parameters are trained\n";
    // [model]

    // [rows]
    const auto dearer = [](const st::SummaryRow& a, const st::SummaryRow& b) {
        return a.multiply_adds < b.multiply_adds;
    };
    const st::SummaryRow& dearest = *std::max_element(table.rows.begin(), table.rows.end(), dearer);
    std::cout << dearest.name << ", a " << dearest.layer << ", takes " << dearest.multiply_adds << " of "
              << table.multiply_adds << " multiply-adds\n";
    // [rows]

    // [stated]
    std::cout << st::summary<Squeeze, st::Shape<16, 13, 13>>();
    // [stated]

    // [dot]
    std::ofstream("network.dot") << st::to_dot<Net>();
    // [dot]
    return table.rows.size() > 10 ? 0 : 1;
}
