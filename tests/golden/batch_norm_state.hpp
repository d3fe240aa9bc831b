#pragma once
// Written by tests/golden/batch_norm_state.py with PyTorch 1.13.0a0, CPU capability AVX2. Do not edit.
// The state of a network with BatchNorm1d after 7 steps; its file is beside this one.

#include <cstdint>

namespace golden::batch_norm_state {

// clang-format off

// Linear(3, 4), BatchNorm1d(4), ReLU, Linear(4, 2): all elements, in the order of state_dict
inline constexpr const char* names[] = {
    "0.weight",
    "0.bias",
    "1.weight",
    "1.bias",
    "1.running_mean",
    "1.running_var",
    "1.num_batches_tracked",
    "3.weight",
    "3.bias",
};
inline constexpr float elements[] = {
    0.438311428f, 0.482091427f, -0.135318905f, 0.529236019f, -0.130802602f, 0.116892494f, -0.267471761f,
    0.361943334f, 0.500816822f, -0.42972824f, 0.494136781f, 0.119434588f, 0.426551491f, 0.078190878f,
    0.278391421f, -0.0815166607f, 0.981151938f, 0.999419451f, 0.986232221f, 1.00746453f, -0.0109384404f,
    0.000151891989f, -0.0166102611f, 0.0116811777f, 0.211608931f, 0.0734346211f, 0.151208818f,
    -0.0707581341f, 0.652860105f, 0.581687927f, 0.735585213f, 0.670306504f, 7.0f, 0.361666352f,
    0.0915617421f, -0.196866676f, 0.144867525f, -0.18458876f, -0.00400816742f, -0.173945829f, 0.347330719f,
    -0.321389556f, -0.151975155f,
};

// What it predicts in evaluation mode
inline constexpr float x[] = {
    1.43713343f, -1.2776078f, -0.629994035f, 0.269435853f, 0.748237133f, -1.37980461f, 1.1960057f,
    -0.173070654f, -0.816712499f, 0.120971113f, -0.727247059f, 1.97058749f,
};
inline constexpr float y[] = {
    -0.0843121707f, -0.224889264f, 0.0769963264f, -0.309746951f, 0.0789562464f, -0.324673533f,
    -0.456094027f, -0.314875156f,
};

// clang-format on

}  // namespace golden::batch_norm_state
