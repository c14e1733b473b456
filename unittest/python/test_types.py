#!/usr/bin/env python3
"""Do the type hints of the package inmvisc hold?  Settings of mypy are in setup.cfg.  Skipped (77)
without mypy."""
import importlib.util
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
SKIPPED = 77

if not importlib.util.find_spec("mypy"):
    print("skipped: there is no mypy (Debian: mypy)")
    sys.exit(SKIPPED)
sys.exit(subprocess.run([sys.executable, "-m", "mypy", "tools/inmvisc"], cwd=ROOT).returncode)
