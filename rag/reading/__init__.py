"""Reading: whether a clause answers a question, and which of its words do. A small cross-encoder of our own."""
