"""Questions in, cited answers out: retrieval, evidence, the local model and the checks on what it writes."""
