# The part of the runner (sourced by it) that describes the machine in the report, and finds the libraries of the
# programs in bin/: the machine's own, then those carried in lib/, then CUDA's in the folders of CUDA and PyTorch.

describe_machine() {
    cat "$here/about"
    date -u
    uname -srvm
    head -n 2 /etc/os-release
    echo "$(nproc) processors"
    timeout 20 nvidia-smi || echo "nvidia-smi is not here, or says nothing"
    for tool in compute-sanitizer python3; do command -v "$tool" || echo "no $tool"; done
}
describe_machine 2>&1 | into_report machine

# missing_libraries: the names of those that the programs need and the loader does not find, or finds too old.
missing_libraries() {
    local line
    for program in "$here"/bin/*; do ldd "$program" 2>&1; done | while read -r line; do
        if [[ "$line" =~ ^(lib[^ ]+)\ =\>\ not\ found ]]; then
            echo "${BASH_REMATCH[1]}"
        elif [[ "$line" =~ /(lib[^/ ]+):\ version\ .*\ not\ found ]]; then
            echo "${BASH_REMATCH[1]}"
        fi
    done | sort -u
}

shopt -s nullglob
site="$(timeout 20 python3 -c 'import sysconfig; print(sysconfig.get_path("purelib"))' 2>/dev/null)"
library_folders=("$here/lib" /usr/local/cuda*/{lib64,lib,targets/*/lib} "${site:-/none}"/nvidia/*/lib)
shopt -u nullglob

# Those that are missing become links in one folder; and then what these need in turn.
mkdir -p "$here/links"
export LD_LIBRARY_PATH="$here/links${own_library_path:+:$own_library_path}"
found=yes
while mapfile -t missing < <(missing_libraries) && ((${#missing[@]} > 0)) && [[ -n "$found" ]]; do
    found=""
    for library in "${missing[@]}"; do
        for folder in "${library_folders[@]}"; do
            if [[ -e "$folder/$library" && ! -e "$here/links/$library" ]]; then
                ln -s "$folder/$library" "$here/links/$library"
                echo "$library from $folder" | into_report libraries
                found=yes
            fi
        done
    done
done
for library in "${missing[@]}"; do
    say "libraries: $library is not here: install it, or name its folder in LD_LIBRARY_PATH"
done
