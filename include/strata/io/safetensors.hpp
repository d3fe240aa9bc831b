#pragma once
// The safetensors format, the only one that Strata keeps weights in: SafetensorsFile and write_safetensors.

#include <strata/io/safetensors_reader.hpp>
#include <strata/io/safetensors_writer.hpp>
