// error: layer
// expect: layer_error<(strata::)?at_layer<1>, (strata::)?Adam
// expect: it_is_an_optimizer_and_stands_behind_the_loss_in_Trainer_or_fit
// Nor is an optimizer.
#include <strata/layers/linear.hpp>
#include <strata/models/sequential.hpp>
#include <strata/optimizers/adam.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 10>, st::Adam>;

template struct st::Network<Net>;
