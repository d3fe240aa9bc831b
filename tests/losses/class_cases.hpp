#pragma once
// The shapes of prediction that the golden file has classes for: CASES(the name's end, the sample's shape)
// for each.

#include "losses/loss_check.hpp"

#define FOR_CLASS_SHAPES(CASES)                                                                              \
    CASES(1_3, Shape<3>)                                                                                     \
    CASES(6_5, Shape<5>)                                                                                     \
    CASES(3_35, Shape<35>)                                                                                   \
    CASES(2_3_4, Shape<3, 4>)                                                                                \
    CASES(2_3_2_2, Shape<3, 2, 2>)

/// Those of more than one sample.
#define FOR_LARGER_CLASS_SHAPES(CASES)                                                                       \
    CASES(6_5, Shape<5>)                                                                                     \
    CASES(3_35, Shape<35>)                                                                                   \
    CASES(2_3_4, Shape<3, 4>)                                                                                \
    CASES(2_3_2_2, Shape<3, 2, 2>)
