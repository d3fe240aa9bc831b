#include <strata/io/safetensors.hpp>

int main() {
    const strata::SafetensorsFile file("model.safetensors");
    const strata::TensorEntry* weight = file.find("0.weight");
    return weight == nullptr;
}
