// error: shape
// expect: LSTM<64, 128>
// expect: is_given<(strata::)?Shape<20, 32>>
// expect: it_takes_a_last_extent_of, (strata::)?Shape<64>
// expect: write_instead<(strata::)?LSTM<32, 128>>
// A recurrent layer states the size of one time step, not the number of them.
#include <strata/layers/input.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<20, 32>, st::LSTM<64, 128>>;

template struct st::Network<Net>;
