"""The borough report and the landing page: data, charts, captions, tables, sentences."""
