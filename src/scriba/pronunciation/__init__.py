"""Audio and a reference text in, scores out. A library: it knows no server and no database."""
