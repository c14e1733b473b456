#!/bin/sh
# Print a python3 that can import numpy, scipy and matplotlib; Debian's serve /usr/bin/python3,
# another one may come first in PATH.
for python in /usr/bin/python3 python3; do
  "$python" -c 'import numpy, scipy, matplotlib' 2> /dev/null && { command -v "$python"; exit 0; }
done
echo "no python3 here can import numpy, scipy and matplotlib" >&2
exit 1
