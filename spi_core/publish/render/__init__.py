"""One document from source to file: read, execute, assemble, convert; two engines."""
