# Sourced by the tests of this folder.

here=${tests:-$(cd "$(dirname "$0")" && pwd)}

fail() {
  printf 'FAILED: %s\n' "$*"
  exit 1
}

# smoke NAME COMMAND...: run in.smoke with that LAMMPS; the numbers of its last line
smoke() {
  name=$1
  shift
  "$@" -in "$here/in.smoke" -log none > "$name.out" 2>&1 || { tail -n 5 "$name.out" >&2; return 1; }
  sed -n 's/^smoke: //p' "$name.out"
}

# same NAME A B: ten numbers, all of them finite, that agree to 1e-6.  The atoms move for less than
# one unit of time, so that rounding of another compiler or version stays far below.
same() {
  printf '%s\n  %s\n  %s\n' "$1" "$2" "$3"
  printf '%s\n%s\n' "$2" "$3" | awk '
    { for (i = 1; i <= NF; i++) x[NR, i] = $i; n[NR] = NF
      if ($0 ~ /nan|inf/) exit bad = 1 }
    END { if (n[1] != 10 || n[2] != 10) bad = 1
          for (i = 1; i <= n[1]; i++) {
            d = x[1, i] - x[2, i]; if (d < 0) d = -d
            s = x[1, i]; if (s < 0) s = -s
            if (!(d <= 1e-6 * s)) bad = 1 }
          exit bad }' || fail "$1: not the same numbers"
}
