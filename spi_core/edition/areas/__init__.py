"""Places: codes and boundaries, how they nest, how vintages change, how parts make up a whole."""
