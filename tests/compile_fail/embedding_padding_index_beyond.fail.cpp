// error: arguments
// expect: Embedding<1000, 64, .*1000
// expect: its_padding_index_must_be_below_the_number_of_embeddings
// The rows of the table are counted from 0, or from the end: -1 is the last one.
#include <strata/layers/embedding.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<20>, st::Embedding<1000, 64, st::padding_index<1000>>>;

template struct st::Network<Net>;
