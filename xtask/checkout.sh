#!/bin/sh
# usage: checkout.sh KIND: prints the folder in the cache for this checkout's build results of that kind (`host`, `sbf`,
# `idl`, `mutants`, `fuzz`), made on first use. For `host` that is CARGO_TARGET_DIR where somebody has set it.
#
# Cargo tells sources apart by path and time alone, so what one checkout has compiled must never lie where another builds.
# A new folder starts with the packages of others that the checkout used last has compiled, and with nothing of ours: all
# our packages are called modchains-something.
set -eu
kind=$1
root=$(cd "$(dirname "$0")/.." && pwd -P)
checkouts=${MODCHAINS_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/modchains}/checkouts
own=$checkouts/$(printf %s "$root" | sha256sum | cut -c1-12)
# Another checkout that is moved here has another inode; one that is cloned here anew was born later.
identity="$root
$(stat -c %i:%W "$root")"

case "$kind:${CARGO_TARGET_DIR:-$checkouts/}" in
    # Another checkout's folder, from a shell that was set up there, is not what anybody means.
    "host:$checkouts/"*) ;;
    host:*) echo "$CARGO_TARGET_DIR" && exit ;;
esac

# Copies what lies at paths like $2 and carries the name of a package of others to the folder $1.
copy() {
    find . -path "$2" \( -type f -o -type l \) -print0 | grep -zFf "$1/others" |
        xargs -0 -r cp -a --reflink=auto --parents -t "$1"
}

# Fingerprints go first: what its own checkout compiles anew meanwhile then comes with the old one, and is compiled here.
seed() (
    cd "$1"
    find . -path '*/.fingerprint/*' -prune ! -name 'modchains-*' | sed 's/.*\(-[0-9a-f]*\)$/\1/' | sort -u > "$2/others"
    [ -s "$2/others" ] || exit 0
    for place in .fingerprint deps build; do copy "$2" "*/$place/*"; done
)

prepare() {
    mkdir -p "$checkouts"
    exec 9> "$checkouts/lock"
    flock -n 9 || { echo "another checkout is preparing its build folder, waiting" >&2; flock 9; }
    [ ! -d "$own/$kind" ] || return 0
    for folder in "$checkouts"/*/; do
        path=$(head -n 1 "$folder/checkout" 2> /dev/null) || continue
        [ -d "$path/xtask" ] || { echo "removing the build results of $path, which is gone" >&2; rm -rf "$folder"; }
    done
    part=$own/$kind.part
    rm -rf "$part"
    mkdir -p "$part"
    ls -t "$checkouts"/*/checkout 2> /dev/null | while IFS= read -r other; do
        donor=${other%/checkout}
        if [ "$donor" != "$own" ] && [ -d "$donor/$kind" ]; then
            echo "... copying packages of others as $(head -n 1 "$other") has compiled them ($kind)" >&2
            seed "$donor/$kind" "$part"
            break
        fi
    done
    rm -f "$part/others"
    [ -f "$own/checkout" ] || echo "$identity" > "$own/checkout"
    mv "$part" "$own/$kind"
}

[ -d "$own/$kind" ] || prepare
if [ "$(cat "$own/checkout")" != "$identity" ]; then
    echo "the checkout at $root is another one than before: it is compiled anew" >&2
    find "$own" -path '*/.fingerprint/modchains-*' -prune -exec rm -rf {} +
    echo "$identity" > "$own/checkout"
fi
touch "$own/checkout"
echo "$own/$kind"
