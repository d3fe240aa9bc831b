// Strata's time per training step on one core of the CPU, for the networks that are too small for a GPU to be
// the obvious choice. The lines of JSON are those of strata.cu.

#include <strata/backends/cpu/cpu.hpp>

#include "cases.hpp"
#include <strata/data/data_loader.hpp>

extern "C" char* openblas_get_corename();
extern "C" void openblas_set_num_threads(int);

namespace bench {

template <class Net, class Algorithm>
void measure(const char* net, const char* optimizer, const Algorithm& algorithm, const RandomSamples& data,
             const Options& options) {
    constexpr st::Size batch = 64;
    if (!options.has_net(net) || !options.has_batch(batch)) return;
    st::manual_seed(42);
    st::Model<Net> model;
    print(options, net, batch, optimizer, "cpu", fit_us(model, data, batch, algorithm, options, true));
}

}  // namespace bench

int main(int argc, char** argv) {
    return bench::run(argc, argv, [](bench::Options options) {
        options.precision = strata::Precision::float32;  // the CPU has no other
        options.precision_name = "float32";
        openblas_set_num_threads(1);
        std::printf("{\"info\": \"cpu\", \"OpenBLAS core\": \"%s\"}\n", openblas_get_corename());
        const bench::RandomSamples data(options.samples());
        bench::measure<bench::Net784>("784-10", "sgd", bench::sgd, data, options);
        bench::measure<bench::Net784>("784-10", "adam", bench::adam, data, options);
        bench::measure<bench::Net128>("784-128-10", "sgd", bench::sgd, data, options);
        bench::measure<bench::Net128>("784-128-10", "adam", bench::adam, data, options);
    });
}
