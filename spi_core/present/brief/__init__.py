"""The brief of one area: its data, charts, sentences and notes."""
