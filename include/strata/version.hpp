#pragma once
// The version (semver.org). CMakeLists.txt reads the three numbers from here.

#define STRATA_VERSION_MAJOR 0
#define STRATA_VERSION_MINOR 1
#define STRATA_VERSION_PATCH 0
