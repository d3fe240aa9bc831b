// Products and elementwise work on parts of tensors, and attention, on the Cpu.

#include "backends/sequence_check.hpp"

TEST_CASE("products of spaced matrices", "[cpu]") {
    sequence_check::check_products<float>();
    sequence_check::check_products<double>();
}

TEST_CASE("elementwise work on spaced rows", "[cpu]") {
    sequence_check::check_rows<float>();
    sequence_check::check_rows<double>();
}

TEST_CASE("attention over another sequence, and its gradients", "[cpu]") {
    sequence_check::check_attentions<float>();
    sequence_check::check_attentions<double>();
}
