"""All results of one size of the study, as the figures want them: samples merged, temperatures in
order."""

import glob
import os

import numpy as np

import plan
import store


def merge(results):
    """Results of independent samples: means, and standard errors from their scatter where there are
    two or more."""
    if len(results) == 1:
        return dict(results[0], samples=1)
    out = {"samples": len(results)}
    for name, first in results[0].items():
        values = [r[name] for r in results if name in r]
        if isinstance(first, dict):
            out[name] = curves(values) if any(isinstance(v, np.ndarray)
                                              for v in first.values()) else merge(values)
        elif isinstance(first, bool):
            out[name] = all(values)
        elif isinstance(first, np.ndarray):
            out[name] = np.mean(values, axis=0)
        elif not name.endswith("_err"):
            good = np.array([v for v in values if np.isfinite(v)], dtype=float)
            out[name] = good.mean() if len(good) else np.nan
            if f"{name}_err" in results[0]:
                many = len(good) > 1
                out[f"{name}_err"] = good.std(ddof=1) / np.sqrt(len(good)) if many else np.nan
    return out


def curves(tables):
    """Mean of curves over the abscissa, their first column, of the first of them, where all have
    data."""
    names = list(tables[0])
    x = tables[0][names[0]]
    out = {names[0]: x}
    for name in names[1:]:
        out[name] = np.mean([np.interp(x, t[names[0]], t[name], left=np.nan, right=np.nan)
                             for t in tables], axis=0)
    return out


class Study:
    def __init__(self, root):
        self.root = root
        self.records = []
        for path in sorted(glob.glob(os.path.join(root, "*", "N*-s*", "T*", "*.json"))):
            self.records.append(store.load(path))

    def of(self, liquid, part, N=None):
        """(T, merged results) of a part, coldest first; N: default the size with most
        temperatures."""
        N = N or self.atoms(liquid)
        found = [r for r in self.records if r["liquid"] == liquid and r["part"] == part
                 and r["N"] == N]
        return [(T, merge([r["results"] for r in found if r["T"] == T]))
                for T in sorted({r["T"] for r in found})]

    def atoms(self, liquid):
        """Number of atoms of the main cases."""
        sizes = {r["N"]: 0 for r in self.records if r["liquid"] == liquid}
        for r in self.records:
            if r["liquid"] == liquid:
                sizes[r["N"]] += 1
        return max(sizes, key=lambda n: (sizes[n], n)) if sizes else None

    def sizes(self, liquid, part):
        """{T: {N: merged results}} of the temperatures at which there are boxes of two sizes or
        more."""
        out = {}
        for r in self.records:
            if r["liquid"] == liquid and r["part"] == part:
                out.setdefault(r["T"], {}).setdefault(r["N"], []).append(r["results"])
        return {T: {N: merge(out[T][N]) for N in sorted(out[T])} for T in sorted(out)
                if len(out[T]) > 1}

    def column(self, liquid, part, *names, N=None):
        """T and the named numbers, an array each; a name with a dot looks into a dictionary."""
        rows = self.of(liquid, part, N)

        def pick(results, name):
            for key in name.split("."):
                results = results.get(key, np.nan) if isinstance(results, dict) else np.nan
            return results

        return [np.array([T for T, _ in rows])] + [np.array([pick(r, name) for _, r in rows],
                                                            dtype=float) for name in names]

    def together(self, liquid, N=None):
        """(T, equilibrate, dynamics, modes) where all three are done, coldest first."""
        parts = [dict(self.of(liquid, part, N)) for part in ("equilibrate", "dynamics", "modes")]
        return [(T, *(p[T] for p in parts)) for T in sorted(set.intersection(*(set(p)
                                                                               for p in parts)))]

    def liquids(self):
        return [liquid for liquid in plan.LIQUID if any(r["liquid"] == liquid
                                                        for r in self.records)]
