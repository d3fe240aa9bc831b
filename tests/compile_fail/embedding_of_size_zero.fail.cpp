// error: arguments
// expect: Embedding<1000, 0>
// expect: its_sizes_must_be_at_least_1.*write_Embedding_NumEmbeddings_Dim_then_padding_index
// The number of rows and their length.
#include <strata/layers/embedding.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<20>, st::Embedding<1000, 0>>;

template struct st::Network<Net>;
