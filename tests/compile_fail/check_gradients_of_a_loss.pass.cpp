#include <strata/backends/cpu/cpu.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/tools/check_gradients.hpp>

namespace st = strata;

int main() { return st::check_gradients<st::Shape<10>>(st::MSELoss{}).ok() ? 0 : 1; }
