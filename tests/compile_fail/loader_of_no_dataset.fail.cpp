// error: dataset
// expect: a dataset has .using sample_shape
// A dataset is any type with a static sample shape, a size, and samples; TensorDataset is one of tensors.
// strata/data/dataset.hpp shows how to write another.
#include <strata/data/data_loader.hpp>
#include <strata/data/tensor_dataset.hpp>

namespace st = strata;

int main() {
    const std::vector<float> numbers(100);
    const st::DataLoader loader{numbers, {.batch_size = 4}};
}
