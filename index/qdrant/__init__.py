"""The same search on Qdrant, for what one machine does not hold: points, collections, a move there, and the search."""
