"""Impact chapters: data, pictures, captions, tables, sentences."""
