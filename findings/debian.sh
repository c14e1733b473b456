# For the findings, which source this file: a Debian of its own with pinned packages.
#
#   in_debian SUITE 'PACKAGE=VERSION ...'    runs the shell commands on standard input in it
#
# The Debian is made in a temporary folder from the archive that this machine uses, and removed.
# Needs mmdebstrap; a minute and 1 GB of disk.

in_debian() {
  mkdir "$work/inside"
  cat > "$work/inside/run"
  sh "$findings/../tools/setup/debian_suite.sh" deb "$1" > "$work/sources"
  packages=$(echo "$2" | tr ' ' ',')
  # No byte code and no catalogs of XML, which take minutes.  What the commands print goes to standard
  # output, all else to a log.
  if ! TMPDIR="$work" mmdebstrap --quiet --variant=apt --format=null \
      --aptopt='APT::Install-Recommends "false"' --dpkgopt=force-unsafe-io --include="$packages" \
      --essential-hook='for tool in bin/py3compile sbin/update-xmlcatalog sbin/update-catalog; do
          chroot "$1" dpkg-divert --quiet --rename --divert "/usr/$tool.real" --add "/usr/$tool"
          printf "#!/bin/sh\n" > "$1/usr/$tool" && chmod 755 "$1/usr/$tool"
        done' \
      --customize-hook="copy-in '$work/inside' /" \
      --customize-hook='chroot "$1" sh -c "cd /inside && HOME=/inside sh -eu run > output 2> log" ||
        { cat "$1/inside/log" "$1/inside/output" >&2; exit 1; }' \
      --customize-hook="copy-out /inside/output '$work'" \
      "$1" - "$work/sources" > "$work/log" 2>&1; then
    tail -n 30 "$work/log" >&2
    echo "this finding could not be run: no such packages, or they fail in another way" >&2
    exit 2
  fi
  cat "$work/output"
}

# Does standard input say what was seen?  The argument is what was.
seen() {
  cat > "$work/found"
  [ -s "$work/found" ] || exit 2      # in_debian has told why
  printf '%s\n' "$1" > "$work/expected"
  if diff "$work/expected" "$work/found"; then
    echo "as seen"
  else
    echo "no longer what was seen (< then, > now)" >&2
    exit 1
  fi
}

findings=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 3' INT TERM
command -v mmdebstrap > /dev/null || { echo "mmdebstrap is not here: sh tools/setup/packages.sh versions" >&2; exit 2; }
