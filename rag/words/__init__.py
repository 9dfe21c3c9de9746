"""Words of Chinese: a dictionary with parts of speech, and what everyday words are called in documents."""
