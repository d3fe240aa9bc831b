#pragma once
// All of Strata. Only includes, under headings.

// The list below is written by scripts/update_lists.

// The version, and all names
#include <strata/fwd.hpp>
#include <strata/version.hpp>

// Core: shapes, parameters, plans
#include <strata/core/class_extent.hpp>
#include <strata/core/config.hpp>
#include <strata/core/diagnostics.hpp>
#include <strata/core/error.hpp>
#include <strata/core/layer.hpp>
#include <strata/core/math.hpp>
#include <strata/core/network.hpp>
#include <strata/core/plan.hpp>
#include <strata/core/shape.hpp>
#include <strata/core/tensor.hpp>
#include <strata/core/type_list.hpp>

// Random numbers
#include <strata/random/distributions.hpp>
#include <strata/random/generator.hpp>
#include <strata/random/refuse.hpp>
#include <strata/random/tensors.hpp>

// Initialisation
#include <strata/init/constant.hpp>
#include <strata/init/fan.hpp>
#include <strata/init/gain.hpp>
#include <strata/init/kaiming.hpp>
#include <strata/init/normal.hpp>
#include <strata/init/orthogonal.hpp>
#include <strata/init/tensor.hpp>
#include <strata/init/trunc_normal.hpp>
#include <strata/init/uniform.hpp>
#include <strata/init/xavier.hpp>

// Backends
#include <strata/backends/cpu/cpu.hpp>
#include <strata/backends/cpu/edge.hpp>
#include <strata/backends/cpu/map.hpp>
#include <strata/backends/cpu/math.hpp>
#include <strata/backends/cpu/matmul.hpp>
#include <strata/backends/cpu/memory.hpp>
#include <strata/backends/cpu/random.hpp>
#include <strata/backends/cpu/reduce.hpp>
#include <strata/backends/cpu/simd.hpp>
#include <strata/backends/cpu/softmax.hpp>

// Data
#include <strata/data/idx.hpp>
#include <strata/data/xtensor.hpp>

// Files
#include <strata/io/atomic_file.hpp>
#include <strata/io/dtype.hpp>
#include <strata/io/input_file.hpp>
#include <strata/io/json.hpp>
#include <strata/io/safetensors.hpp>
#include <strata/io/safetensors_reader.hpp>
#include <strata/io/safetensors_writer.hpp>
#include <strata/io/state.hpp>
#include <strata/io/utf8.hpp>

// Layers
#include <strata/layers/flatten.hpp>
#include <strata/layers/input.hpp>
#include <strata/layers/linear.hpp>
#include <strata/layers/log_softmax.hpp>
#include <strata/layers/relu.hpp>

// Models
#include <strata/models/execution.hpp>
#include <strata/models/model.hpp>
#include <strata/models/prediction.hpp>
#include <strata/models/sequential.hpp>

// End of the list.
