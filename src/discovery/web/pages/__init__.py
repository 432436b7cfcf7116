"""The pages, one module per thing that people look at."""
