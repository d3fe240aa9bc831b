#pragma once
// A model's parameters and buffers in a file and back, under PyTorch's names: what
// torch.nn.Module.state_dict, torch.save and load_state_dict do. The format is safetensors, which Python's
// `safetensors.torch.load_file` reads.

#include <cstdint>
#include <span>
#include <strata/core/config.hpp>
#include <strata/io/state.hpp>
#include <strata/models/model.hpp>

namespace strata {

namespace detail {

/// A counter as files hold it, from the number that a model holds.
template <class T>
std::int64_t counter_of(T value) {
    constexpr T end = T(9223372036854775808.0);
    if (!(value > -end)) return value == value ? INT64_MIN : 0;
    return value < end ? static_cast<std::int64_t>(value) : INT64_MAX;
}

/// The rows of a parameter table as the file layer wants them: in the flat buffer at `values`, whose scalars have so
/// many bytes, or of counters in `counters`, which gets a place for each row.
[[gnu::cold]] std::vector<NamedTensor> name_tensors(std::span<const ParameterInfo> table, void* values,
                                                    DType dtype, Size bytes,
                                                    std::vector<std::int64_t>& counters);

/// All of a model in host memory, as the file layer wants it: in PyTorch's order, counters as whole numbers.
template <class Model>
class HostState {
    using T = typename Model::value_type;

public:
    [[gnu::cold]] explicit HostState(const Model& model) : values_(model.flat_parameters().size()) {
        model.copy_parameters_to(values_.data());
        const auto table = Model::parameter_table();
        tensors_ = name_tensors(table, values_.data(), dtype_of<T>(), sizeof(T), counters_);
        for (Size i = 0; i < table.size(); ++i)
            if (table[i].kind == ParameterKind::counter) counters_[i] = counter_of(values_[table[i].offset]);
    }
    HostState(const HostState&) = delete;
    HostState& operator=(const HostState&) = delete;

    const std::vector<NamedTensor>& tensors() const { return tensors_; }

    [[gnu::cold]] void write(Model& model) {
        const auto table = Model::parameter_table();
        for (Size i = 0; i < table.size(); ++i) {
            T& value = values_[table[i].offset];
            if (table[i].kind == ParameterKind::counter && counters_[i] != counter_of(value))
                value = static_cast<T>(counters_[i]);
        }
        model.copy_parameters_from(values_.data());
    }

private:
    std::vector<T> values_;
    std::vector<std::int64_t> counters_;  ///< one place for each row
    std::vector<NamedTensor> tensors_;
};

}  // namespace detail

/// Writes all parameters and buffers to `path`, atomically. Throws FileError; the old file is then as it was.
template <class Net, class Device, class T>
[[gnu::cold]] void save(const Model<Net, Device, T>& model, const std::string& path) {
    const detail::HostState<Model<Net, Device, T>> state(model);
    save_state_for_pytorch(path, state.tensors());
}

/// Reads all parameters and buffers from `path`. A file whose names, shapes or types are not exactly the
/// model's is refused with one StateError that lists every difference; the model is then as it was.
///
/// `load(model, path, {.strict = false})` reads what fits, and reports the rest; with
/// `{.from = "backbone.", .to = ""}` names of the file stand for others of the model (LoadOptions). Throws
/// ValueError for a prefix that no name begins with.
template <class Net, class Device, class T>
[[gnu::cold]] LoadReport load(Model<Net, Device, T>& model, const std::string& path,
                              const LoadOptions& options = {}) {
    detail::HostState<Model<Net, Device, T>> state(model);
    LoadReport report = load_state(path, state.tensors(), options);
    if (!report.loaded.empty()) state.write(model);
    return report;
}

/// Copies from one model to another what has the same name, shape and type in both, and reports the rest. The
/// models may lie on different devices. Throws ValueError for a prefix that no name begins with.
template <class NetFrom, class DeviceFrom, class TFrom, class Net, class Device, class T>
[[gnu::cold]] LoadReport copy_matching(const Model<NetFrom, DeviceFrom, TFrom>& from,
                                       Model<Net, Device, T>& to, const CopyOptions& options = {}) {
    const detail::HostState<Model<NetFrom, DeviceFrom, TFrom>> source(from);
    detail::HostState<Model<Net, Device, T>> state(to);
    LoadReport report = copy_state(source.tensors(), state.tensors(), options);
    if (!report.loaded.empty()) state.write(to);
    return report;
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata::detail {

STRATA_FUNCTION std::vector<NamedTensor> name_tensors(std::span<const ParameterInfo> table, void* values,
                                                      DType dtype, Size bytes,
                                                      std::vector<std::int64_t>& counters) {
    counters.resize(table.size());
    std::vector<NamedTensor> tensors(table.size());
    for (Size i = 0; i < table.size(); ++i) {
        const ParameterInfo& row = table[i];
        const bool counts = row.kind == ParameterKind::counter;
        NamedTensor& tensor = tensors[i];
        tensor.name = row.name.view();
        tensor.dtype = counts ? DType::I64 : dtype;
        tensor.shape.assign(row.dims.extent, row.dims.extent + row.dims.rank);
        tensor.data =
            counts ? static_cast<void*>(&counters[i]) : static_cast<char*>(values) + row.offset * bytes;
        tensor.bytes = row.dims.elements() * (counts ? sizeof(std::int64_t) : bytes);
    }
    return tensors;
}

}  // namespace strata::detail
#endif
