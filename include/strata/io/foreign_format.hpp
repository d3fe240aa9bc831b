#pragma once
// The formats of files that are taken for safetensors files, known by their first bytes, and what to do about each.

#include <algorithm>
#include <cstddef>
#include <strata/core/config.hpp>
#include <string>
#include <string_view>

#include <strata/core/message.hpp>

namespace strata::io {

/// How many bytes of a file are looked at.
inline constexpr std::size_t foreign_format_bytes = 512;

/// What a file is, for a message, and what the reader can do; `found` is null where nobody knows.
struct ForeignFormat {
    const char* found = nullptr;
    std::string advice;
};

/// "folder/net.pth" as "folder/net.safetensors".
[[gnu::cold]] std::string as_safetensors_path(const std::string& path);

/// Lines of Python that write a safetensors file from `loaded`, an expression that gives names and tensors.
[[gnu::cold]] std::string conversion(const std::string& path, const char* imports, const std::string& loaded,
                                     const char* written);

[[gnu::cold]] std::string torch_conversion(const std::string& path);

/// What a file with this beginning is, once it is known that it is no safetensors file.
[[gnu::cold]] ForeignFormat foreign_format(std::string_view start, const std::string& path);

}  // namespace strata::io

#if STRATA_HAS_BODIES
namespace strata::io {

STRATA_FUNCTION std::string as_safetensors_path(const std::string& path) {
    const std::size_t dot = path.find_last_of('.'), slash = path.find_last_of('/');
    const bool has_ending = dot != path.npos && (slash == path.npos || dot > slash + 1);
    return (has_ending ? path.substr(0, dot) : path) + ".safetensors";
}

STRATA_FUNCTION std::string conversion(const std::string& path, const char* imports,
                                       const std::string& loaded, const char* written) {
    return message("expected a safetensors file. Convert it in Python (pip install safetensors):\n  ",
                   imports, "\n  state = ", loaded, "\n  save_file(", written, ", \"",
                   as_safetensors_path(path), "\")");
}

STRATA_FUNCTION std::string torch_conversion(const std::string& path) {
    return conversion(path, "import torch; from safetensors.torch import save_file",
                      message("torch.load(\"", path, "\", map_location=\"cpu\")"),
                      "{name: tensor.contiguous().clone() for name, tensor in state.items()}") +
           "\nwhere `state` has to be a state_dict: of a checkpoint the entry that holds it, of a whole "
           "model "
           "its .state_dict()";
}

STRATA_FUNCTION ForeignFormat foreign_format(std::string_view start, const std::string& path) {
    using namespace std::string_view_literals;
    const auto begins = [&](std::string_view magic) { return start.starts_with(magic); };
    const auto contains = [&](std::string_view text) { return start.find(text) != start.npos; };
    constexpr const char* numpy = "import numpy; from safetensors.numpy import save_file";
    if (begins("PK\3\4"sv)) {  // a zip archive; the name of its first file says whose
        const std::string_view first = start.substr(std::min<std::size_t>(start.size(), 30));
        if (first.find(".npy"sv) != first.npos)
            return {"a NumPy archive (.npz)",
                    conversion(path, numpy, message("dict(numpy.load(\"", path, "\"))"), "state")};
        if (first.find("data.pkl"sv) != first.npos || first.find("/version"sv) != first.npos)
            return {"a PyTorch file (torch.save)", torch_conversion(path)};
        return {"a zip archive, as torch.save and others write them", torch_conversion(path)};
    }
    if (begins("\x80\2"sv) || begins("\x80\3"sv) || begins("\x80\4"sv) || begins("\x80\5"sv))
        return {"a Python pickle, as older versions of torch.save write it", torch_conversion(path)};
    if (begins("\x93NUMPY"sv))
        return {"a NumPy array (.npy), which has no name",
                conversion(path, numpy, message("{\"0.weight\": numpy.load(\"", path, "\")}"), "state")};
    if (begins("\x89HDF\r\n\x1a\n"sv))
        return {"an HDF5 file, as Keras writes them",
                "expected a safetensors file: write its arrays under PyTorch's names with "
                "safetensors.numpy.save_file; Keras keeps the weight of a Linear transposed"};
    if (begins("GGUF"sv))
        return {"a GGUF file", "expected a safetensors file: take the one that the model was made from; "
                               "GGUF's weights are often rounded to a few bits"};
    if (contains("pytorch"sv) && begins("\x08"sv))
        return {"an ONNX file",
                "expected a safetensors file: save the state_dict of the PyTorch model that it "
                "was exported from, with safetensors.torch.save_file"};
    if (begins("version https://git-lfs"sv))
        return {"a pointer of Git LFS, in place of the file",
                "expected a safetensors file: run `git lfs pull`"};
    if (begins("\x1f\x8b"sv))
        return {"a file compressed with gzip", "expected a safetensors file: gunzip it"};
    const std::size_t text = start.find_first_not_of("\xEF\xBB\xBF \t\r\n"sv);
    const std::string_view letters = text == start.npos ? std::string_view() : start.substr(text);
    if (letters.starts_with("<!") || letters.starts_with("<html") || letters.starts_with("<HTML") ||
        letters.starts_with("<?xml"))
        return {"a page of HTML or XML, such as a server's answer in place of the file",
                "expected a safetensors file: look at it, and download the file again"};
    if (letters.starts_with("{"))
        return {"a JSON text",
                "expected a safetensors file: the index of a model in several files names them under "
                "\"weight_map\"; load each with {.strict = false}"};
    return {};
}

}  // namespace strata::io
#endif
