#include <strata/layers/embedding.hpp>
#include <strata/layers/input.hpp>
#include <strata/models/sequential.hpp>

namespace st = strata;

using Net = st::Sequential<st::Input<20>, st::Embedding<1000, 64, st::padding_index<999>>>;

template struct st::Network<Net>;
