#pragma once
// The one place that knows where xtensor keeps its headers: 0.24 and 0.25 in one folder, 0.26 and later in
// several. Gives xt::xtensor, xt::xarray's adaptors (xt::adapt) and xt::view.

#if __has_include(<xtensor/containers/xtensor.hpp>)
#include <xtensor/containers/xadapt.hpp>
#include <xtensor/containers/xtensor.hpp>
#include <xtensor/views/xview.hpp>
#else
#include <xtensor/xadapt.hpp>
#include <xtensor/xtensor.hpp>
#include <xtensor/xview.hpp>
#endif
