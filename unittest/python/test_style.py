#!/usr/bin/env python3
"""Does flake8 agree with all Python code?  Its settings are in setup.cfg.  Skipped (77) without
flake8."""
import importlib.util
import os
import subprocess
import sys

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
SKIPPED = 77

if not importlib.util.find_spec("flake8"):
    print("skipped: there is no flake8 (Debian: python3-flake8)")
    sys.exit(SKIPPED)
sys.exit(subprocess.run([sys.executable, "-m", "flake8", "tools", "examples", "unittest",
                         "doc/conf.py"], cwd=ROOT).returncode)
