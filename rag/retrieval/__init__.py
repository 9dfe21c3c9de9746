"""Which clauses: dense and lexical scores fused, steered and filtered."""
