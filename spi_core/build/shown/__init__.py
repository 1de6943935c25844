"""What pages show beyond scores, from built tables: ranges, counts, distances, one example."""
