"""The chat model behind one protocol."""
