"""What documents state about themselves, and what a question takes for granted that they do not."""
