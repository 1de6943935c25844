"""Publishing: the same Quarto sources as accessible HTML and PDF/UA-1, with or without Quarto."""
