"""Pages as geometry → lines: what PDF, scans and pictures have in common. Pure."""
