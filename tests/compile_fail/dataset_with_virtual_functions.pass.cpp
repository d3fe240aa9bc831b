#include <memory>
#include <strata/data/data_loader.hpp>

namespace st = strata;

struct Numbers {
    using sample_shape = st::Shape<1>;
    virtual ~Numbers() = default;
    virtual std::size_t size() const { return 0; }
    virtual st::Sample<float, float> get(std::size_t) const { return {}; }
};
struct Hundred : Numbers {
    std::size_t size() const override { return 100; }
};

int main() {
    const Hundred hundred;
    const Numbers& numbers = hundred;
    const st::DataLoader loader{st::borrow(numbers), {.batch_size = 4}};
    return static_cast<int>(loader.size());
}
