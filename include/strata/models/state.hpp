#pragma once
// A model's parameters in a file and back, under PyTorch's names: what torch.nn.Module.state_dict, torch.save
// and load_state_dict do. The format is safetensors, which Python's `safetensors.torch.load_file` reads.

#include <strata/io/state.hpp>
#include <strata/models/model.hpp>

namespace strata {

namespace detail {

/// The parameters of a model as the file layer wants them. `host` holds a copy of the flat buffer in host
/// memory.
template <class Model>
[[gnu::cold]] std::vector<NamedTensor> named_tensors(typename Model::value_type* host) {
    std::vector<NamedTensor> tensors;
    for (const ParameterInfo& row : Model::parameter_table())
        tensors.push_back({std::string(row.name.view()),
                           dtype_of<typename Model::value_type>(),
                           {row.dims.extent, row.dims.extent + row.dims.rank},
                           host + row.offset,
                           row.dims.elements() * sizeof(typename Model::value_type)});
    return tensors;
}

}  // namespace detail

/// Writes all parameters to `path`, atomically. Throws FileError; the old file is then as it was.
template <class Net, class Device, class T>
[[gnu::cold]] void save(const Model<Net, Device, T>& model, const std::string& path) {
    std::vector<T> host(model.flat_parameters().size());
    model.copy_parameters_to(host.data());
    save_state(path, detail::named_tensors<Model<Net, Device, T>>(host.data()), {{"format", "pt"}});
}

/// Reads all parameters from `path`. A file whose names, shapes or types are not exactly the model's is
/// refused with one StateError that lists every difference; the model is then as it was.
template <class Net, class Device, class T>
[[gnu::cold]] void load(Model<Net, Device, T>& model, const std::string& path) {
    std::vector<T> host(model.flat_parameters().size());
    load_state(path, detail::named_tensors<Model<Net, Device, T>>(host.data()));
    model.copy_parameters_from(host.data());
}

}  // namespace strata
