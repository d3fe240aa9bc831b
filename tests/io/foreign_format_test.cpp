// Labels: robust
// Files of other formats that are given to `load`: the message says what the file is and what to do.

#include "catch.hpp"
#include "io/support.hpp"

#include <strata/io/state.hpp>
#include <string>

using namespace strata;
using support::contains;
using support::message_of;
using support::TemporaryDirectory;
using support::write_bytes;
using namespace std::string_literals;

namespace {

/// What is said of a file with this content.
std::string refusal(const std::string& name, const std::string& content) {
    const TemporaryDirectory directory;
    const std::string path = directory.path(name);
    write_bytes(path, content);
    float number = 7;
    const NamedTensor tensor{"0.bias", DType::F32, {1}, &number, 4};
    const std::string text = message_of<FileError>([&] { load_state(path, {&tensor, 1}); });
    CHECK(number == 7);
    return text;
}

std::string zip(const std::string& first) {
    return "PK\3\4" + std::string(26, '\0') + first + std::string(900, 'x');
}

}  // namespace

TEST_CASE("PyTorch's files are recognised, and the lines that convert them are given") {
    const std::string files[] = {zip("archive/data.pkl"), zip("net/version"),
                                 "\x80\2\x8a\x0al\xfc\x9c\x46\xf9 j\xa8P\x19."s + std::string(300, '\1')};
    for (const std::string& file : files) {
        const std::string text = refusal("x.pth", file);
        INFO(text);
        CHECK(contains(text, "x.pth: format: found a P"));
        CHECK(contains(text, "torch.save"));
        CHECK(contains(text, "from safetensors.torch import save_file"));
        CHECK(contains(text, "state = torch.load(\""));
        CHECK(contains(text, "/x.pth\", map_location=\"cpu\")"));
        CHECK(contains(text, "/x.safetensors\")"));
        CHECK(contains(text, "state_dict"));
    }
}

TEST_CASE("other formats are recognised") {
    const auto check = [](const std::string& content, const std::string& found, const std::string& advice) {
        const std::string text = refusal("a.file", content);
        INFO(text);
        CHECK(contains(text, "a.file: format: found " + found));
        CHECK(contains(text, advice));
    };
    check(zip("0.weight.npy"), "a NumPy archive", "numpy.load(");
    check(zip("word/document.xml"), "a zip archive", "torch.load(");
    check("\x93NUMPY\1\0v\0{'descr': '<f4'}"s, "a NumPy array", "safetensors.numpy");
    check("\x89HDF\r\n\x1a\n\0\0\0\0"s, "an HDF5 file", "Keras");
    check("GGUF\3\0\0\0\1\0\0\0"s, "a GGUF file", "rounded");
    check("\x08\x07\x12\x07pytorch\x1a\x05"s + "1.13.1:", "an ONNX file", "state_dict");
    check("version https://git-lfs.github.com/spec/v1\noid sha256:", "a pointer of Git LFS", "git lfs pull");
    check("\x1f\x8b\x08\0\0\0\0\0\0\3abc"s, "a file compressed with gzip", "gunzip");
    check("<!DOCTYPE html>\n<html><body>404</body></html>", "a page of HTML", "download the file again");
    check("\n\n<html>", "a page of HTML", "download the file again");
    check("{\"metadata\": {}, \"weight_map\": {}}", "a JSON text", "weight_map");
    check("{}", "a JSON text", "weight_map");
    CHECK(contains(refusal("empty", ""), "the file is empty"));
    CHECK(contains(refusal("short", "abc"), "short: size: found 3 bytes"));
    CHECK(contains(refusal("text", "some other text"), "text: header size: found"));
}

TEST_CASE("the new name of a file that is to be converted") {
    CHECK(io::as_safetensors_path("x.pth") == "x.safetensors");
    CHECK(io::as_safetensors_path("a.b/x") == "a.b/x.safetensors");
    CHECK(io::as_safetensors_path("a.b/x.tar.pt") == "a.b/x.tar.safetensors");
    CHECK(io::as_safetensors_path("a/.hidden") == "a/.hidden.safetensors");
}

TEST_CASE("messages have a bounded length, whatever a file holds") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    const auto write = [&](const std::string& header) {
        std::string file;
        for (int i = 0; i < 8; ++i) file += static_cast<char>(header.size() >> 8 * i & 0xFF);
        write_bytes(path, file + header);
    };
    const std::string empty = R"({"dtype":"F32","shape":[0],"data_offsets":[0,0]})";
    float number = 7;
    const NamedTensor tensor{"0.bias", DType::F32, {1}, &number, 4};

    for (const char letter : {'x', '\x7F', '.'}) {  // 0x7F is written as six letters
        write("{\"" + std::string(1 << 20, letter) + "\":" + empty + "}");
        const std::string text = message_of<StateError>([&] { load_state(path, {&tensor, 1}); });
        CHECK(contains(text, "2 differences"));
        CHECK(text.size() < 4000);
        const LoadReport report = load_state(path, {&tensor, 1}, {.strict = false});
        CHECK(report.text().size() < 4000);
        CHECK(report.unexpected.at(0).size() == 1 << 20);
        const std::string near = message_of<ValueError>([&] {
            load_state(path, {&tensor, 1}, {.strict = false, .from = "no"});
        });
        CHECK(near.size() < 4000);
    }

    std::string many = "{";
    for (int i = 0; i < 20000; ++i) many += (i > 0 ? ",\"" : "\"") + std::to_string(i) + ".a.b\":" + empty;
    write(many + "}");
    const std::string text = message_of<StateError>([&] { load_state(path, {&tensor, 1}); });
    CHECK(contains(text, "20001 differences"));
    CHECK(contains(text, "... and 19901 more"));
    CHECK(text.size() < 40000);
    CHECK(load_state(path, {&tensor, 1}, {.strict = false}).lines.size() == 20001);
    CHECK(message_of<ValueError>([&] {
              load_state(path, {&tensor, 1}, {.strict = false, .from = "no"});
          }).size() < 4000);
}

TEST_CASE("entries of a file that is a temporary are values") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("file");
    float number = 7;
    const NamedTensor tensor{
        "a name that is longer than what fits into a string", DType::F32, {1}, &number, 4};
    save_state(path, {&tensor, 1}, {{"some text as long as that", "is kept on the heap, too"}});
    int seen = 0;
    for (const auto& entry : SafetensorsFile(path).entries()) {
        CHECK(entry.name == tensor.name);
        ++seen;
    }
    for (const auto& item : SafetensorsFile(path).metadata()) {
        CHECK(item.second == "is kept on the heap, too");
        ++seen;
    }
    const auto& name = SafetensorsFile(path).path();
    CHECK(name == path);
    CHECK(seen == 2);
}
