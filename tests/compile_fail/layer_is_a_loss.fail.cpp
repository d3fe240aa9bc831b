// error: layer
// expect: layer_error<(strata::)?at_layer<2>, (strata::)?NLLLoss
// expect: it_is_a_loss_and_stands_behind_the_network_in_Trainer_or_fit
// A loss is no part of the network: `Trainer{model, NLLLoss{}, Adam{}}`.
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/losses/nll_loss.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<784, 10>, st::LogSoftmax, st::NLLLoss>;

template struct st::Network<Net>;
