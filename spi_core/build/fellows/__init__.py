"""The whole among others of its kind, such as boroughs: their editions, scores and changes."""
