"""Text from data stays text: sealed in documents, shielded in the cells of CSV files."""
