"""Python tools of USER-INMVISC."""
