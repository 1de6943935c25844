"""What tests and benchmarks share: editions to try things on, and readers of what comes out."""
