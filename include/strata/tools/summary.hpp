#pragma once
// A table of a network: its layers in the order of execution, with shapes, parameters and costs.
//
//   std::cout << strata::summary<Net>();                        // the network states its input's shape
//   std::cout << strata::summary<Net, strata::Shape<3, 32, 32>>({.batch = 64});
//   std::cout << strata::summary(model);                        // knows what is frozen
//
// Modules stand in front of what they call, functions such as relu(x) in rows of their own. Parameters are
// counted as torchinfo counts them: what is learnt, at its first use; buffers separately. Multiply-adds are
// those of products, per sample: `Model::multiply_adds`. (torchinfo counts the addition of a bias as one
// more, and multiplies by the batch.)

#include <iosfwd>
#include <strata/core/config.hpp>
#include <strata/fwd.hpp>
#include <strata/tools/call_tree.hpp>
#include <strata/tools/table.hpp>

namespace strata {

struct SummaryOptions {
    Size batch = 0;  ///< for the bytes, and the first extent of the shapes; 0: N, and bytes for one sample
};

/// What one layer, module or function writes. Where a layer is used a second time, its parameters do not
/// count again; those of a module are its layers'.
struct SummaryRow {
    std::string name;   ///< PyTorch's: "0.1.fc"; of a function that of the module around it
    std::string layer;  ///< "Conv2d<32, 3>"
    Size depth = 0;     ///< in how many modules it stands
    bool is_module = false, is_function = false, is_shared = false;
    std::vector<Operand> outputs;
    Size parameters = 0, trainable_parameters = 0, buffers = 0;
    Size multiply_adds = 0;  ///< per sample

    /// Of one sample; of the first output, if there are several.
    Dims output_shape() const { return outputs[0].dims; }
};

/// Bytes of activations for a batch, and what they would be if nothing shared memory.
struct SummaryBytes {
    Size planned = 0, unshared = 0;
};

struct Summary {
    std::vector<SummaryRow> rows;  ///< in the order of execution
    Size parameters = 0, trainable_parameters = 0, buffers = 0;
    Size multiply_adds = 0;  ///< per sample
    Size batch = 0;          ///< as it was asked for
    Size parameter_bytes = 0, buffer_bytes = 0;
    SummaryBytes training, inference;  ///< for `batch` samples, at least one

    [[gnu::cold]] std::string text() const;
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& stream,
                                                        const Summary& summary) {
        return stream << summary.text();
    }
};

namespace detail {

template <class Plan>
[[gnu::cold]] SummaryBytes bytes_of_plan(const Plan& plan, Size batch, Size size_of_scalar) {
    return {plan.arena_elements(batch) * size_of_scalar,
            (plan.once_elements + plan.unshared * capacity_for(batch)) * size_of_scalar};
}

/// `unfrozen` has a flag for each row of the parameter table; null: all are learnt that can be.
template <class Net, class T>
[[gnu::cold]] Summary make_summary(const SummaryOptions& options, const bool* unfrozen) {
    using N = Network<Net>;
    Summary summary;
    if constexpr (N::fits) {
        const CallTree tree = make_call_tree<Net>();
        for (const Call& call : tree.calls) {
            SummaryRow& row = summary.rows.emplace_back();
            row.name = call.name;
            row.layer = call.layer;
            row.depth = call.depth;
            row.is_module = call.is_module;
            row.is_function = call.is_function;
            row.is_shared = call.is_shared;
            row.outputs = tree.operands(call.outputs);
            row.multiply_adds = call.multiply_adds;
            for (Size p = 0; p != N::parameter_tensors && !row.is_shared; ++p) {
                const ParameterInfo& info = N::parameters.rows[p];
                if (info.layer != call.leaf) continue;
                const bool learnt = info.kind == ParameterKind::learnt;
                (learnt ? row.parameters : row.buffers) += info.dims.elements();
                if (learnt && (unfrozen == nullptr || unfrozen[p]))
                    row.trainable_parameters += info.dims.elements();
            }
            summary.parameters += row.parameters;
            summary.trainable_parameters += row.trainable_parameters;
            summary.buffers += row.buffers;
            summary.multiply_adds += row.multiply_adds;
        }
        const Size batch = options.batch == 0 ? 1 : options.batch;
        summary.batch = options.batch;
        summary.parameter_bytes = summary.parameters * sizeof(T);
        summary.buffer_bytes = summary.buffers * sizeof(T);
        summary.training = bytes_of_plan(N::training_plan, batch, sizeof(T));
        summary.inference = bytes_of_plan(N::inference_plan, batch, sizeof(T));
    }
    return summary;
}

[[gnu::cold]] inline std::string count_or_dashes(Size number) {
    return number == 0 ? "--" : with_commas(number);
}

}  // namespace detail

/// Of a network; `Shapes` are those of its inputs, where it does not state them itself.
template <class Net, class... Shapes>
[[gnu::cold]] Summary summary(const SummaryOptions& options = {}) {
    if constexpr (detail::check_shapes<Net, Shapes...>())
        return detail::make_summary<detail::stated_t<Net, Shapes...>, float>(options, nullptr);
    else
        return {};
}
/// Of a model: some of its parameters may be frozen.
template <class Net, class Device, class T>
[[gnu::cold]] Summary summary(const Model<Net, Device, T>& model, const SummaryOptions& options = {}) {
    return detail::make_summary<Net, T>(options, model.unfrozen_rows().data());
}

}  // namespace strata

#if STRATA_HAS_BODIES
namespace strata {

STRATA_FUNCTION std::string Summary::text() const {
    using detail::with_commas;
    const std::string n = batch == 0 ? "N" : std::to_string(batch);
    std::vector<std::vector<std::string>> lines{
        {"Layer", "Name", "Output shape", "Parameters", "Multiply-adds"}};
    for (const SummaryRow& row : rows) {
        std::string learnt = row.is_shared ? "(shared)" : detail::count_or_dashes(row.parameters);
        if (row.parameters > 0 && row.trainable_parameters == 0)
            learnt = message("(", learnt, ")");  // frozen
        lines.push_back({std::string(2 * row.depth, ' ') + row.layer, row.is_function ? "" : row.name,
                         detail::text_of_shapes(row.outputs, n), learnt,
                         detail::count_or_dashes(row.multiply_adds)});
    }
    const Size samples = batch == 0 ? 1 : batch;
    const auto activations = [&](const char* what, const SummaryBytes& bytes) {
        return message("Bytes of activations, ", what, ", batch of ", samples, ": ",
                       with_commas(bytes.planned), " (without sharing memory: ", with_commas(bytes.unshared),
                       ")\n");
    };
    return message(
        detail::text_of_table(lines, 3), "Parameters: ", with_commas(parameters), "\n",
        "  trainable: ", with_commas(trainable_parameters), "\n",
        "  frozen: ", with_commas(parameters - trainable_parameters), "\n", "Buffers: ", with_commas(buffers),
        "\n", "Multiply-adds per sample: ", with_commas(multiply_adds), "\n",
        batch == 0 ? "" : message("  per batch of ", batch, ": ", with_commas(batch * multiply_adds), "\n"),
        "Bytes of parameters: ", with_commas(parameter_bytes), "\n", activations("training", training),
        activations("inference", inference));
}

}  // namespace strata
#endif
