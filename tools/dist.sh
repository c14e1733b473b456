#!/bin/sh
# Source archive of the last commit: user-inmvisc-VERSION.tar.gz in the folder given (default: here).
set -eu
out=$(cd "${1:-.}" && pwd)
cd "$(dirname "$0")/.."
version=$(sed -n 's/^project(USER-INMVISC VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
name=user-inmvisc-$version
git archive --format=tar.gz --prefix="$name/" -o "$out/$name.tar.gz" HEAD
[ -z "$(git status --porcelain --untracked-files=no)" ] || echo "dist.sh: changes that are not committed are left out" >&2
echo "$out/$name.tar.gz"
