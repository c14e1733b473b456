"""What the pictures of this package have in common."""

from __future__ import annotations

COLOUR = {"stable": "#4f7cac", "UD": "#eda63a", "UL": "#c2255c", "all": "#8a8f98", "GK": "#1f2933"}
NAME = {"stable": "stable", "UD": "unstable delocalized", "UL": "unstable localized",
        "all": "all modes"}
PLAIN = {"axes.spines.top": False, "axes.spines.right": False, "legend.frameon": False,
         "figure.facecolor": "white"}
