# The device Cuda. Defines, where the CUDA toolkit is found,
#   strata::cuda        for .cu files: the project enables the language CUDA, and links this to its target
#   strata::cuda_host   for .cpp files: the same code with the host in the GPU's place, for tests on machines
#                       without one; STRATA_CUDA_HOST_SYSTEM chooses Thrust's system, CPP (default) or OMP
# Read by the build itself and by the installed package.

find_package(CUDAToolkit 12.4 QUIET GLOBAL)
if(CUDAToolkit_FOUND)
    # Thrust is in a folder of its own from CUDA 13 on.
    find_path(STRATA_CCCL_INCLUDE_DIR thrust/for_each.h HINTS ${CUDAToolkit_INCLUDE_DIRS} PATH_SUFFIXES cccl
              DOC "the folder that holds thrust/")
    mark_as_advanced(STRATA_CCCL_INCLUDE_DIR)
endif()

if(CUDAToolkit_FOUND AND STRATA_CCCL_INCLUDE_DIR AND NOT TARGET strata::cuda)
    add_library(strata_cuda INTERFACE)
    add_library(strata::cuda ALIAS strata_cuda)
    target_compile_features(strata_cuda INTERFACE cxx_std_20)
    # Not the feature cuda_std_20, which CMake 3.25 does not know of nvcc 13.
    target_compile_options(strata_cuda INTERFACE $<$<COMPILE_LANGUAGE:CUDA>:-std=c++20>)
    target_link_libraries(strata_cuda INTERFACE strata::strata CUDA::cublasLt)

    set(STRATA_CUDA_HOST_SYSTEM CPP CACHE STRING "Thrust's system where the host takes the GPU's place: CPP or OMP")
    add_library(strata_cuda_host INTERFACE)
    add_library(strata::cuda_host ALIAS strata_cuda_host)
    target_compile_features(strata_cuda_host INTERFACE cxx_std_20)
    target_include_directories(strata_cuda_host SYSTEM INTERFACE "${STRATA_CCCL_INCLUDE_DIR}" ${CUDAToolkit_INCLUDE_DIRS})
    target_compile_definitions(strata_cuda_host INTERFACE
        THRUST_DEVICE_SYSTEM=THRUST_DEVICE_SYSTEM_${STRATA_CUDA_HOST_SYSTEM})
    target_link_libraries(strata_cuda_host INTERFACE strata::strata)
    if(STRATA_CUDA_HOST_SYSTEM STREQUAL "OMP")
        find_package(OpenMP REQUIRED COMPONENTS CXX GLOBAL)
        target_link_libraries(strata_cuda_host INTERFACE OpenMP::OpenMP_CXX)
    endif()
endif()
