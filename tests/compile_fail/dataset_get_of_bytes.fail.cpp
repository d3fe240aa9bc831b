// error: dataset
// expect: these are bytes where numbers belong
// The same for a data set of one's own.
#include <array>
#include <strata/data/data_loader.hpp>

namespace st = strata;

struct Images {
    using sample_shape = st::Shape<1, 2, 2>;
    std::size_t size() const { return 100; }
    auto get(std::size_t i) const {
        return st::Sample{std::array<std::uint8_t, 4>{0, 0, 0, static_cast<std::uint8_t>(i)}, 1};
    }
};

int main() {
    const st::DataLoader loader{Images{}, {.batch_size = 4}};
    for (auto [x, y] : loader) return x(0, 0, 0, 0) > 0;
}
