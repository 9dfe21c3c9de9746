"""The page's parts: HTML built and escaped here, Gradio wired in ui.py."""
