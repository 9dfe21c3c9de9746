"""Training the reader from labelled questions: `python -m rag.training`. Nothing that answers imports this."""
