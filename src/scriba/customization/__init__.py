"""Custom speech: what people bring, read into datasets, and models made of it."""
