// error: loss
// expect: this loss cannot stand behind this network or take this target
// expect: the_loss<(strata::)?MSELoss>
// expect: the_target_must_have_the_shape_and_type_of_the_prediction
// expect: the_target_holds<double, (strata::)?Shape<3>
// The shape behind the prediction's is the target's.
#include <strata/backends/cpu/cpu.hpp>
#include <strata/losses/mse_loss.hpp>
#include <strata/tools/check_gradients.hpp>

namespace st = strata;

int main() { return st::check_gradients<st::Shape<10>, st::Shape<3>>(st::MSELoss{}).ok() ? 0 : 1; }
