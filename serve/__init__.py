"""The doors: page, API and MCP from one process, for one official or a whole office. Imports: ui → serve → page → rag."""
