// Quoted by docs/how_to/save_and_load.md and transfer_learning.md.

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

    // [part]
    using Features = st::Sequential<st::Flatten, st::Linear<784, 32>, st::ReLU>;
    st::save(st::Model<st::Sequential<Features, st::Linear<10>>>{}, "old.safetensors");

    st::Model<st::Sequential<Features, st::Linear<5>>> fresh;
    const st::LoadReport report = st::load(fresh, "old.safetensors", {.strict = false});
    std::puts(report.text().c_str());
    // [part]

    // [prefix]
    st::Model<Features> features;
    st::load(features, "old.safetensors", {.from = "0."});
    // [prefix]

    // [freeze]
    fresh.freeze("0.");
    st::Trainer trainer{fresh, st::CrossEntropyLoss{}, st::Adam{.lr = 1e-2}};
    const auto x = st::randn(16, 784);
    const auto y = st::randint(0, 5, 16);
    for (int step = 0; step < 10; ++step) trainer.step(x, y);  // only the new head learns
    // [freeze]

    // [groups]
    fresh.unfreeze("0.");
    trainer.optimizer().options().lr = 1e-3;
    trainer.optimizer().group("0.", st::Adam{.lr = 1e-4});
    for (int step = 0; step < 10; ++step) trainer.step(x, y);  // all of it, the features slowly
    // [groups]
}
