"""What a question says: its subject, what it names, what it asks for."""
