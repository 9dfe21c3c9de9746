"""Which document names which, how, and in what words."""
