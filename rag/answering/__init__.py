"""From ranked clauses to the sentences of an answer, or a refusal."""
