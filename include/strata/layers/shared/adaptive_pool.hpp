#pragma once
// The common part of AdaptiveAvgPool2d and AdaptiveMaxPool2d. Where the output's extents divide the input's, the
// windows are those of a pool whose kernel and stride are the quotients.

#include <strata/layers/shared/pool_arguments.hpp>

namespace strata {

inline void write_its_output_as_one_size_or_as_rows_and_columns() {}

namespace detail {

template <auto... Arguments>
struct AdaptivePool {
    static constexpr LayerArguments<> arguments{{.least = 1, .most = 2}, Arguments...};
    static constexpr Reason wrong_arguments = arguments.wrong;
    static constexpr Reason usage = &write_its_output_as_one_size_or_as_rows_and_columns;
    static constexpr Dims size = dims(arguments.size(0, 1), arguments.size(-1, 1));

    static constexpr ShapeOutcome output_shape(Dims given) {
        if (given.rank != 3) return refuse_rank<2>();
        return accept(dims(given.extent[0], size.extent[0], size.extent[1]));
    }
    template <class Given>
    using remedy = decltype(find_remedy_of_pool<2, Given>());

    static constexpr WindowAxis even_axis(Size in, Size out) {
        return {.in = in, .out = out, .kernel = in / out, .stride = in / out};
    }
    /// A PoolGeometry or an AdaptiveGeometry.
    template <Dims given>
    static constexpr auto geometry() {
        constexpr Size rows = given.extent[1], columns = given.extent[2];
        constexpr Size out_rows = size.extent[0], out_columns = size.extent[1];
        if constexpr (rows % out_rows == 0 && columns % out_columns == 0)
            return PoolGeometry{given.extent[0], even_axis(rows, out_rows), even_axis(columns, out_columns)};
        else
            return AdaptiveGeometry{given.extent[0], adaptive_axis(rows, out_rows),
                                    adaptive_axis(columns, out_columns)};
    }
};

}  // namespace detail
}  // namespace strata
