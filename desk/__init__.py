"""What is kept on this machine of the asking: conversations, answers exactly as given, and what readers said of them."""
