#!/usr/bin/env python3
"""Read the matrix that in.matrix has written, and find from it what compute inm/dos has found.

    read_matrix.py [D.npz | D.mtx]
"""
import os
import sys

import numpy
import scipy.io
import scipy.sparse

name = sys.argv[1] if len(sys.argv) > 1 else "D.npz"
if name.endswith(".npz"):
    D = scipy.sparse.load_npz(name)     # this one line is all that is needed ...
else:
    D = scipy.io.mmread(name).tocsr()   # ... or this one
n = D.shape[0]
print(f"{name}: {n} x {n}, {D.nnz / n:.1f} elements in a row")

# dense, as an example that is easy to check; eigsh, eigenvectors, moments ... all work on D as it
# is
eigenvalue = numpy.linalg.eigvalsh(D.toarray())
zero = 1e-9 * eigenvalue[-1]            # the three translations are zero but for rounding
unstable = numpy.count_nonzero(eigenvalue < -zero)
translations = numpy.count_nonzero(abs(eigenvalue) <= zero)
f_u = unstable / (n - translations)
print(f"eigenvalues from {eigenvalue[0]:.6g} to {eigenvalue[-1]:.6g}, {unstable} negative, "
      f"{translations} zero")
print(f"f_u = {f_u:.6f} by numpy")

good = True
if name.endswith(".npz"):               # masses and the rest are arrays of the same file
    facts = numpy.load(name)
    mass = numpy.repeat(facts["mass"], 3)
    translation = numpy.sqrt(mass / mass.sum())
    print(f"units {facts['units']}, timestep {facts['timestep']}, {len(facts['id'])} atoms,",
          f"|D t| = {numpy.linalg.norm(D @ translation):.1e} for the translation t along (1,1,1)")
if os.path.exists("f_u.dat"):
    known = float(open("f_u.dat").read())
    good = abs(f_u - known) < 1e-9      # as printed: counts are the same
    print(f"f_u = {known:.6f} by compute inm/dos:", "the same" if good else "NOT THE SAME")
sys.exit(not good)
