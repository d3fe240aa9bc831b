// error: temporary-file
// expect: this SafetensorsFile is a temporary, and its entries die with it
// `find` points into the file object, which would be gone at the semicolon.
#include <strata/io/safetensors.hpp>

int main() {
    const strata::TensorEntry* weight = strata::SafetensorsFile("model.safetensors").find("0.weight");
    return weight == nullptr;
}
