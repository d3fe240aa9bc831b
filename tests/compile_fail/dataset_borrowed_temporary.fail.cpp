// error: dataset
// expect: borrow\(dataset\) lends a data set that has to outlive its loader, and this one is a temporary
#include <strata/data/data_loader.hpp>

namespace st = strata;

struct Numbers {
    using sample_shape = st::Shape<1>;
    std::size_t size() const { return 100; }
    auto get(std::size_t i) const { return st::Sample{static_cast<float>(i), 0.0f}; }
};

int main() {
    const st::DataLoader loader{st::borrow(Numbers{}), {.batch_size = 4}};
    return static_cast<int>(loader.size());
}
