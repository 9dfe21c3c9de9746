"""Documents in, index out: readers, the clause parser, vectors, BM25 and the store that holds them."""
