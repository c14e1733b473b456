#!/bin/sh
# Add the package to the source tree of a LAMMPS, for its CMake build, or take it out again.
#
#   package.sh add LAMMPS       then: cmake -B build LAMMPS/cmake -D PKG_USER-INMVISC=on
#   package.sh remove LAMMPS    the tree is as it was, to the byte
#
# LAMMPS is the folder with cmake and src in it.  What is added: src/USER-INMVISC,
# cmake/Modules/Packages/USER-INMVISC.cmake, and two lines of cmake/CMakeLists.txt, whose list of
# packages is fixed.  To update, add again.
set -eu

usage() {
  echo "usage: package.sh add|remove LAMMPS, the folder of a LAMMPS source tree" >&2
  exit 2
}
die() {
  echo "package.sh: $*" >&2
  exit 1
}

[ $# -eq 2 ] || usage
root=$(cd "$(dirname "$0")/.." && pwd)
[ -f "$2/src/version.h" ] && [ -f "$2/cmake/CMakeLists.txt" ] ||
  die "$2 has no src/version.h and cmake/CMakeLists.txt: give the top folder of a LAMMPS source tree"
tree=$(cd "$2" && pwd)
package=$tree/src/USER-INMVISC
module=$tree/cmake/Modules/Packages/USER-INMVISC.cmake
lists=$tree/cmake/CMakeLists.txt

# the two lines, and the lines of LAMMPS they stand beside
list_line='  USER-INMVISC'
list_anchor='set(STANDARD_PACKAGES'                # ours comes after it
include_line='include(Packages/USER-INMVISC)'
include_anchor='foreach(PKG_WITH_INCL'             # ours comes before the first of these

# checksums of what was added, in the folder that was added
record() { (cd "$package" && find . -type f ! -name .added -exec cksum {} + | LC_ALL=C sort -k 3); }

# replace a file and keep its mode
put() { cat "$1" > "$2" && rm "$1"; }

take_out() {
  if [ -d "$package" ]; then
    [ -f "$package/.added" ] || die "$package was not put there by package.sh; remove it yourself"
    record | cmp -s - "$package/.added" ||
      die "files in $package have been changed since they were added; save them and remove the folder yourself"
    rm -r "$package"
  fi
  rm -f "$module"
  awk -v list="$list_line" -v include="$include_line" '$0 != list && $0 != include' "$lists" > "$lists.new"
  put "$lists.new" "$lists"
}

put_in() {
  awk -v list="$list_line" -v include="$include_line" -v after="$list_anchor" -v before="$include_anchor" '
    index($0, before) == 1 && !included { print include; included = 1 }
    { print }
    $0 == after && !listed { print list; listed = 1 }
    END { exit !(included && listed) }' "$lists" > "$lists.new" || {
    rm "$lists.new"
    die "$lists is not as expected (no $list_anchor or $include_anchor): nothing was changed"
  }
  mkdir "$package" "$package/inm"
  cp -p "$root"/src/USER-INMVISC/*.cpp "$root"/src/USER-INMVISC/*.h "$root/src/USER-INMVISC/README" \
    "$root/cmake/DistributedSolvers.cmake" "$package"
  cp -pR "$root"/src/USER-INMVISC/inm/. "$package/inm"
  cp -p "$root/cmake/USER-INMVISC.cmake" "$module"
  put "$lists.new" "$lists"
  record > "$package/.added"
}

case $1 in
  add)
    take_out
    put_in
    echo "USER-INMVISC is in $tree; build with: cmake -B build $tree/cmake -D PKG_USER-INMVISC=on" ;;
  remove)
    take_out
    echo "USER-INMVISC is out of $tree" ;;
  *) usage ;;
esac
