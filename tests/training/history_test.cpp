// The record of a training, as CSV and as JSON.

#include "catch.hpp"
#include "io/support.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <strata/core/error.hpp>
#include <strata/training/history.hpp>
#include <string>

using strata::Epoch;
using strata::FileError;
using strata::History;
using support::read_bytes;
using support::TemporaryDirectory;

namespace {

History two_epochs() {
    History history;
    history.add({.epoch = 1,
                 .loss = 0.25,
                 .accuracy = 0.5,
                 .validation_loss = 1.0 / 3,
                 .validation_accuracy = 1,
                 .seconds = 12.5});
    history.add({.epoch = 2, .loss = 1e-10, .seconds = 123456.789});
    return history;
}

}  // namespace

TEST_CASE("an epoch of a history that is gone is a copy, and one that is not there is refused") {
    const Epoch& last = two_epochs().back();
    const Epoch& first = two_epochs()[0];
    CHECK(last.epoch == 2);
    CHECK(first.accuracy == 0.5);
    const History history = two_epochs();
    CHECK_THROWS_WITH(history[2], "strata: History: epoch 2 (counted from 0) of 2");
    CHECK_THROWS_WITH(History{}.back(), "strata: History: no epoch was recorded");
    CHECK_THROWS_AS(History{}[0], strata::ValueError);
}

TEST_CASE("a history is a sequence of epochs") {
    History history = two_epochs();
    CHECK(history.size() == 2);
    CHECK_FALSE(history.empty());
    CHECK(history[0].validation_loss == 1.0 / 3);
    CHECK(history.back().epoch == 2);
    int sum = 0;
    for (const Epoch& epoch : history) sum += epoch.epoch;
    CHECK(sum == 3);
    history.reserve(100);
    CHECK(history[1].loss == 1e-10);
    CHECK(History().empty());
}

TEST_CASE("CSV: numbers that were not measured are empty") {
    const TemporaryDirectory directory;
    two_epochs().write_csv(directory.path("history.csv"));
    CHECK(read_bytes(directory.path("history.csv")) ==
          "epoch,loss,accuracy,validation_loss,validation_accuracy,seconds\n"
          "1,0.25,0.5,0.333333333,1,12.5\n"
          "2,1e-10,,,,123456.789\n");
    History().write_csv(directory.path("history.csv"));
    CHECK(read_bytes(directory.path("history.csv")) ==
          "epoch,loss,accuracy,validation_loss,validation_accuracy,seconds\n");
    CHECK(directory.files() == 1);
}

TEST_CASE("JSON: numbers that were not measured are null") {
    const TemporaryDirectory directory;
    const std::string path = directory.path("history.json");
    two_epochs().write_json(path);
    CHECK(read_bytes(path) ==
          "[\n"
          "  {\"epoch\": 1, \"loss\": 0.25, \"accuracy\": 0.5, \"validation_loss\": 0.333333333, "
          "\"validation_accuracy\": 1, \"seconds\": 12.5},\n"
          "  {\"epoch\": 2, \"loss\": 1e-10, \"accuracy\": null, \"validation_loss\": null, "
          "\"validation_accuracy\": null, \"seconds\": 123456.789}\n"
          "]\n");
    const auto parsed = nlohmann::json::parse(read_bytes(path));
    REQUIRE(parsed.size() == 2);
    CHECK(parsed[0]["epoch"] == 1);
    CHECK(parsed[0]["validation_loss"].get<double>() == Approx(1.0 / 3).epsilon(1e-8));
    CHECK(parsed[1]["accuracy"].is_null());

    History().write_json(path);
    CHECK(read_bytes(path) == "[]\n");
    CHECK(nlohmann::json::parse(read_bytes(path)).empty());
}

TEST_CASE("what is no number is neither in CSV nor in JSON") {
    const TemporaryDirectory directory;
    const double infinity = std::numeric_limits<double>::infinity();
    History history;
    history.add({.epoch = 1, .loss = infinity, .accuracy = -infinity, .seconds = 1e-300});
    history.write_csv(directory.path("csv"));
    CHECK(read_bytes(directory.path("csv")) ==
          "epoch,loss,accuracy,validation_loss,validation_accuracy,seconds\n"
          "1,,,,,1e-300\n");
    history.write_json(directory.path("json"));
    CHECK(nlohmann::json::parse(read_bytes(directory.path("json")))[0]["loss"].is_null());
}

TEST_CASE("a path that cannot be written is refused, and an old file stays") {
    const TemporaryDirectory directory;
    support::write_bytes(directory.path("old"), "old");
    for (const std::string& path : {directory.path("nowhere/history"), directory.path("old/history"),
                                    std::string("/dev/full"), std::string()}) {
        CHECK_THROWS_AS(two_epochs().write_csv(path), FileError);
        CHECK_THROWS_AS(two_epochs().write_json(path), FileError);
    }
    CHECK(read_bytes(directory.path("old")) == "old");
    CHECK(directory.files() == 1);
}
