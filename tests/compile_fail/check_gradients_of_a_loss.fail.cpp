// error: check-gradients
// expect: write the shape of one prediction
// A loss takes predictions of any shape, so it cannot say which one to check.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/tools/check_gradients.hpp>

namespace st = strata;

int main() { return st::check_gradients(st::MSELoss{}).ok() ? 0 : 1; }
