"""What all pages share: numbers and words, marks, colours, figures, links, polygons."""
