"""One module per system and kind; the folder is the registry."""
