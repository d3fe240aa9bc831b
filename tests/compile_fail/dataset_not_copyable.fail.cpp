// error: dataset
// expect: a data set that is given by name is copied, and this one cannot be
// A loader keeps its data set, so that none can be gone before the loader's first batch.
#include <memory>
#include <strata/data/data_loader.hpp>

namespace st = strata;

struct Numbers {
    using sample_shape = st::Shape<1>;
    std::unique_ptr<float[]> values{new float[100]};
    std::size_t size() const { return 100; }
    auto get(std::size_t i) const { return st::Sample{values[i], 0.0f}; }
};

int main() {
    Numbers numbers;
    const st::DataLoader loader{numbers, {.batch_size = 4}};
    return static_cast<int>(loader.size());
}
