"""An edition rolled on by a period: its files, its settings, the figures it asks for."""
