// Quoted by docs/how_to/save_and_load.md.

#include <cstdio>
#include <strata/strata.hpp>

namespace st = strata;

using Net = st::Sequential<st::Flatten, st::Linear<784, 10>, st::LogSoftmax>;

int main() {
    st::manual_seed(42);
    // [save and load]
    st::Model<Net> model;
    st::save(model, "model.safetensors");

    st::Model<Net> loaded;
    st::load(loaded, "model.safetensors");
    // [save and load]

    // [names]
    for (const st::ParameterInfo& row : st::Model<Net>::parameter_table()) {
        std::printf("%s ", row.name.text);
        for (std::size_t i = 0; i < row.dims.rank; ++i) std::printf(" %zu", row.dims.extent[i]);
        std::puts("");
    }
    // [names]

    // [refused]
    using Other = st::Sequential<st::Flatten, st::Linear<784, 32>, st::ReLU, st::Linear<10>, st::LogSoftmax>;
    st::Model<Other> other;
    try {
        st::load(other, "model.safetensors");
    } catch (const st::StateError& error) {
        std::puts(error.what());
    }
    // [refused]

    // [tensors]
    const st::SafetensorsFile file("model.safetensors");
    for (const st::TensorEntry& entry : file.entries())
        std::printf("%s: %zu bytes\n", entry.name.c_str(), entry.bytes());
    // [tensors]
}
