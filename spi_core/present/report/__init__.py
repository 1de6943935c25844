"""The report on the whole and the landing page: data, charts, captions, tables, sentences."""
