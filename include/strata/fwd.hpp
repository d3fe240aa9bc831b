#pragma once
// Declarations only: for headers that name Strata's types without using them.

namespace strata {

struct Cpu;
class Cuda;

template <class... Layers>
class Sequential;

template <class Net, class Device, class T>
class Model;

}  // namespace strata
