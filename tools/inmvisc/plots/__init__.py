"""Pictures of what the package has found."""
