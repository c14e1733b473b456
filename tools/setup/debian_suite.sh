#!/bin/sh
# Print an apt source (deb822) for another suite of Debian, from the archive that this machine uses.
#
#   debian_suite.sh deb|deb-src SUITE
set -eu

stanza=$(grep -ls '^Suites:' /etc/apt/sources.list.d/*.sources 2> /dev/null | head -n 1) || stanza=
[ -n "$stanza" ] || { echo "no deb822 file in /etc/apt/sources.list.d tells where Debian's archive is" >&2; exit 1; }
awk -v type="$1" -v suite="$2" 'BEGIN { RS = ""; FS = "\n" }
  /Types:/ { for (i = 1; i <= NF; i++) {
               if ($i ~ /^#/) continue
               if ($i ~ /^Types:/) $i = "Types: " type
               if ($i ~ /^Suites:/) $i = "Suites: " suite
               print $i }
             exit }' "$stanza"
