"""The whole among others of its kind: a picture, sentences, and what the explorer lists."""
