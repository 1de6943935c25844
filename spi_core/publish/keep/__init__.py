"""What is up to date: the record of outputs, hashes of what they rest on, verification."""
