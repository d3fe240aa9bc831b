// error: shape
// expect: LSTM<3, 8>
// expect: is_given<(strata::)?Shape<12>>
// expect: it_takes_a_sequence_of_vectors_in_a_sample_of_two_extents_such_as, (strata::)?Shape<1, 3>
// expect: put_before_it<(strata::)?Reshape<4, 3>>
// A sample of a recurrent layer is a sequence of vectors: time steps, and the numbers of one.
#include <strata/layers/linear.hpp>
#include <strata/layers/lstm.hpp>
#include <strata/layers/reshape.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Linear<10, 12>, st::LSTM<3, 8>>;

template struct st::Network<Net>;
