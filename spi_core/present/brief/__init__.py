"""The ward brief: its data, charts, sentences and notes."""
