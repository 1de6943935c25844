"""The years before an edition's periods: their figures, and what changed over several years."""
