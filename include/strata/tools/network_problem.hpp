#pragma once
// A layer or a network whose gradients are checked: its kernels on memory of its own, laid out by its plan.

#include <strata/core/error.hpp>
#include <strata/models/execution/execution.hpp>
#include <strata/random/distributions.hpp>
#include <strata/tools/gradient_check.hpp>
#include <strata/tools/kept_memory.hpp>
#include <strata/tools/probed_network.hpp>

namespace strata::detail {

/// Leaves the program's generator as it was.
class KeepGenerator {
public:
    KeepGenerator() = default;
    KeepGenerator(const KeepGenerator&) = delete;
    KeepGenerator& operator=(const KeepGenerator&) = delete;
    ~KeepGenerator() { default_generator() = kept_; }

private:
    Generator kept_ = default_generator();
};

inline double draw_away_from_zero(Generator& generator) {
    const double x = random_detail::normal_01(generator);
    return std::fabs(x) < 0.01 ? x + (x < 0 ? -0.05 : 0.05) : x;
}

[[noreturn, gnu::cold]] inline void refuse_count(const char* what, Size given, Size wanted) {
    throw ShapeError(
        message("strata: check_gradients: ", what, " has ", given, " numbers, and the batch takes ", wanted));
}
/// The numbers that the user gives, or drawn ones.
template <class Draw>
void take_or_draw(const char* what, const std::vector<double>& given, std::vector<double>& values,
                  const Draw& draw) {
    if (!given.empty() && given.size() != values.size()) refuse_count(what, given.size(), values.size());
    for (Size i = 0; i < values.size(); ++i) values[i] = given.empty() ? draw() : given[i];
}
inline std::vector<Size> extents_of(const Dims& dims) { return {dims.extent, dims.extent + dims.rank}; }

template <class P, class Device>
class NetworkProblem : public GradientProblem {
    using N = Network<P>;
    using Training = Execution<P, Device, double, Pass::training>;
    template <class U>
    using Buffer = typename Device::template Buffer<U>;
    static constexpr const auto& graph = N::graph;
    static constexpr const auto& plan = N::training_plan;

public:
    std::vector<double> inputs[max_inputs], input_gradients[max_inputs], parameters, gradients;

    template <class Net>
    NetworkProblem(const Net& net, const GradientCheckOptions& options)
        : parameters(N::parameters.elements), gradients(N::parameters.elements), batch_(options.batch),
          seed_(options.seed) {
        visit_leaves(
            net, [&]<Size I>(std::integral_constant<Size, I>, const auto& leaf) { get<I>(layers_) = leaf; });
        Generator generator(options.seed);
        draw_parameters(generator);
        for_each_input([&]<Size K>(std::integral_constant<Size, K>) { prepare_input<K>(); });
        Size all = 0, taken = 0;
        for (Size k = 0; k < N::inputs; ++k) all += inputs[k].size();
        if (!options.input.empty() && options.input.size() != all)
            refuse_count("input", options.input.size(), all);
        for (Size k = 0; k < N::inputs; ++k)
            for (double& value : inputs[k])
                value = options.input.empty() ? draw(k, generator) : options.input[taken++];
        for (Size o = 0; o < graph.output_count; ++o) dy.resize(dy.size() + output_size(o));
        for (double& value : dy) value = random_detail::normal_01(generator);
        device_parameters_.resize(parameters.size());
        device_gradients_.resize(parameters.size());
        arena_.resize(plan.arena_elements(batch_));
        arena_.copy_from(std::vector<double>(arena_.size(), not_a_number).data());
        device_gradients_.copy_from(std::vector<double>(parameters.size(), not_a_number).data());
        for_each_probe([&](Size, auto& probe, Size p) { probe.gradient = probe_gradients_[p].data(); });
    }

    void forward() override {
        device_parameters_.copy_from(parameters.data());  // training writes into its buffers
        for_each_input([&]<Size K>(std::integral_constant<Size, K>) { upload_input<K>(); });
        manual_seed(seed_);
        device_.begin_step();
        [[maybe_unused]] const typename Device::PassScope scope;
        Training::forward(memory(false), layers_);
        y.clear();
        for_each_output([&]<Size O>(std::integral_constant<Size, O>) {
            const auto shown = Training::template operand<graph.outputs[O]>(memory(false));
            transfer_.resize(shown.size());
            device_.copy(shown.data, transfer_.data(), shown.size());
            y.resize(y.size() + shown.size());
            transfer_.copy_to(y.data() + y.size() - shown.size());
        });
    }

    /// Behind a forward pass. With `accumulate` the gradients of parameters are added to what is there.
    void backward(bool accumulate) {
        std::vector<double> arena(arena_.size());
        arena_.copy_to(arena.data());
        arena_.copy_from(what_is_kept<N>(arena, batch_, capacity_).data());
        Size offset = 0;
        for_each_output([&]<Size O>(std::integral_constant<Size, O>) {
            const auto gradient = Training::template gradient_of_loss<O>(memory(accumulate));
            transfer_.resize(gradient.size());
            transfer_.copy_from(dy.data() + offset);
            device_.copy(static_cast<const double*>(transfer_.data()), gradient.data, gradient.size());
            offset += gradient.size();
        });
        [[maybe_unused]] const typename Device::PassScope scope;
        Training::backward(memory(accumulate), layers_);
        device_gradients_.copy_to(gradients.data());
        for_each_probe(
            [&](Size k, auto&, Size p) { probe_gradients_[p].copy_to(input_gradients[k].data()); });
    }

private:
    static constexpr double not_a_number = __builtin_nan("");

    template <class Visit>
    static void for_each_input(const Visit& visit) {
        [&]<Size... K>(std::index_sequence<K...>) { (visit(std::integral_constant<Size, K>{}), ...); }
        (std::make_index_sequence<N::inputs>{});
    }
    template <class Visit>
    static void for_each_output(const Visit& visit) {
        [&]<Size... O>(std::index_sequence<O...>) { (visit(std::integral_constant<Size, O>{}), ...); }
        (std::make_index_sequence<graph.output_count>{});
    }
    /// Calls `visit(input, probe, index)`; the probes are the last leaves.
    template <class Visit>
    void for_each_probe(const Visit& visit) {
        Size index = 0;
        for_each_input([&]<Size K>(std::integral_constant<Size, K>) {
            if constexpr (!graph.values[K].indices) {
                constexpr Size before = [] {
                    Size probes = 0;
                    for (Size k = K; k < N::inputs; ++k) probes += !graph.values[k].indices;
                    return probes;
                }();
                visit(K, get<N::Leaves::size - before>(layers_), index++);
            }
        });
    }

    Size samples(Size value) const { return graph.values[value].batched ? batch_ : 1; }
    Size output_size(Size o) const {
        return graph.values[graph.outputs[o]].dims.elements() * samples(graph.outputs[o]);
    }
    /// Whether a value is an input, or made of it.
    static constexpr bool comes_from(Size value, Size input) {
        if (value < N::inputs) return value == input;
        const GraphNode& node = graph.nodes[value - N::inputs];
        for (Size k = 0; k < node.input_count; ++k)
            if (comes_from(node.inputs[k], input)) return true;
        return false;
    }
    /// Below which number indices are drawn: a table says how many rows it has.
    static Size index_limit(Size input) {
        Size limit = 0;
        const auto ask = [&]<Size I>(std::integral_constant<Size, I>) {
            if constexpr (requires { N::template Layer<I>::num_embeddings; }) {
                constexpr Size rows = N::template Layer<I>::num_embeddings;
                if (comes_from(graph.nodes[I].inputs[0], input))
                    limit = limit == 0 ? rows : std::min(limit, rows);
            }
        };
        [&]<Size... I>(std::index_sequence<I...>) { (ask(std::integral_constant<Size, I>{}), ...); }
        (std::make_index_sequence<N::layer_count>{});
        return limit == 0 ? 1 : limit;
    }

    static double draw(Size k, Generator& generator) {
        if (!graph.values[k].indices) return draw_away_from_zero(generator);
        return std::floor(random_detail::uniform_01<double>(generator) * static_cast<double>(index_limit(k)));
    }

    /// Initial values are often special, such as zeros; a little noise makes them any.
    void draw_parameters(Generator& generator) {
        [&]<Size... L>(std::index_sequence<L...>) { (initialize<L>(generator), ...); }
        (std::make_index_sequence<N::Leaves::size>{});
        for (Size i = 0; i < N::parameters.learnt_elements; ++i)
            parameters[i] += 0.1 * random_detail::normal_01(generator);
    }
    template <Size L>
    void initialize(Generator& generator) {
        using Leaf = type_at_t<L, typename N::Leaves>;
        if constexpr (parameter_count_of < Leaf >> 0 && !std::is_same_v<Leaf, GradientProbe>)
            Training::template with_own_parameters<L>(
                parameters.data(), [&](auto... own) { get<L>(layers_).initialize(generator, own...); });
    }

    template <Size K>
    void prepare_input() {
        const Size size = batch_ * graph.values[K].dims.elements();
        inputs[K].resize(size);
        if constexpr (graph.values[K].indices) {
            indices_[K].resize(size);
        } else {
            numbers_[K].resize(size);
            input_gradients[K].resize(size);
            probe_gradients_.emplace_back().resize(size);
        }
    }
    template <Size K>
    void upload_input() {
        if constexpr (graph.values[K].indices) {
            std::vector<std::int64_t> whole(inputs[K].size());
            for (Size i = 0; i < whole.size(); ++i) whole[i] = static_cast<std::int64_t>(inputs[K][i]);
            indices_[K].copy_from(whole.data());
        } else {
            numbers_[K].copy_from(inputs[K].data());
        }
    }

    typename Training::M memory(bool accumulate) {
        Inputs<N, double> given{{}, batch_};
        for_each_input([&]<Size K>(std::integral_constant<Size, K>) {
            if constexpr (graph.values[K].indices)
                get<K>(given.data) = indices_[K].data();
            else
                get<K>(given.data) = numbers_[K].data();
        });
        return {device_,   given,     device_parameters_.data(), device_gradients_.data(), arena_.data(),
                capacity_, accumulate};
    }

    Device device_{};
    typename Training::Slots layers_{};
    Size batch_;
    Size capacity_ = capacity_for(batch_);
    std::uint64_t seed_;
    Buffer<double> numbers_[max_inputs], device_parameters_, device_gradients_, arena_, transfer_;
    Buffer<std::int64_t> indices_[max_inputs];
    std::vector<Buffer<double>> probe_gradients_;
};

}  // namespace strata::detail
