#!/usr/bin/env python3
"""Translational and librational bands of the modes that in.water has written as a matrix.

    bands.py [D.npz]

A mode e is a translation of the molecules by  sum_mol |sum_i sqrt(m_i) e_i|^2 / M,  a rotation by
the rest.
"""
import sys

import numpy
import scipy.sparse

name = sys.argv[1] if len(sys.argv) > 1 else "D.npz"
to_wavenumber = 1e15 / (2 * numpy.pi * 2.99792458e10)    # from radian/fs to 1/cm

facts = numpy.load(name)
mass = facts["mass"]
D = scipy.sparse.load_npz(name).toarray()
value, vector = numpy.linalg.eigh(D)
zero = 1e-9 * abs(value).max()          # translations, and the directions of rigid bonds and angles
is_mode = abs(value) > zero
n_mol = len(mass) // 3

e = vector.T.reshape(-1, n_mol, 3, 3)   # atoms by ID, molecules of three
root = numpy.sqrt(mass.reshape(n_mol, 3))
momentum = numpy.einsum("pmia,mi->pma", e, root)
translation = (momentum**2).sum(axis=(1, 2)) / mass.reshape(n_mol, 3).sum(axis=1)[0]

value, translation = value[is_mode], translation[is_mode]
w = numpy.sign(value) * numpy.sqrt(abs(value)) * to_wavenumber
print(f"{n_mol} molecules, {len(w)} modes, {len(is_mode) - len(w)} zero ones: "
      f"{3 * n_mol} constraints and {len(is_mode) - len(w) - 3 * n_mol} more")
print(f"sums of the translational and the rotational part of all modes: {translation.sum():.1f} "
      f"and {(1 - translation).sum():.1f}")
print(f"f_u = {(w < 0).mean():.4f}, of them translational {translation[w < 0].mean():.3f}")
print(f"w from {w.min():.0f} to {w.max():.0f} 1/cm (imaginary ones negative)\n")
print("   1/cm         modes   translational")
edges = numpy.arange(100 * numpy.floor(w.min() / 100), w.max() + 100, 100)
for lo, hi in zip(edges[:-1], edges[1:]):
    inside = (w >= lo) & (w < hi)
    if inside.any():
        print(f"{lo:6.0f} {hi:6.0f}   {inside.mean():7.4f}   {translation[inside].mean():7.3f}")
