"""What the published file says, for terminal, web view and dossier alike: names, the review queue, texts and cells."""
