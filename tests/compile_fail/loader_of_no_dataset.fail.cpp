// error: dataset
// expect: a dataset has .using sample_shape
// docs of data/dataset.hpp: a dataset is any type with a static sample shape, a size, and samples.
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

int main() {
    const std::vector<float> numbers(100);
    const st::DataLoader loader{numbers, {.batch_size = 4}};
}
