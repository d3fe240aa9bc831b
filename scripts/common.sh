# Shared by the scripts beside it (sourced, not run).

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# What a program that includes Strata needs, and what the tests need on top: the lists in README.md. Downloads need
# curl.
build_packages=(g++ cmake ninja-build libxtensor-dev libopenblas-dev zlib1g-dev)
download_packages=(ca-certificates curl)
test_packages=("${build_packages[@]}" catch2 libxtensor-blas-dev nlohmann-json3-dev python3)

# Installs those of the named Debian packages that are not there yet; does nothing when all are.
install_packages() {
    if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
        echo "no apt here: please see to it that these are installed: $*" >&2
        return 0
    fi
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
    done
    if ((${#missing[@]} == 0)); then return 0; fi

    local as_root=()
    if ((EUID != 0)); then
        if ! command -v sudo >/dev/null; then
            echo "missing packages; as root, run: apt-get install ${missing[*]}" >&2
            return 1
        fi
        as_root=(sudo)
    fi
    echo "installing ${missing[*]}"
    "${as_root[@]}" apt-get update -qq </dev/null || echo "apt-get update failed; trying with the lists at hand" >&2
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null
}
